"""The abstract interpreter: runs lowered modules on abstract values and writes down what happens at each site."""
