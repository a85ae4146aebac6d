"""Comments that silence findings: where they stand, what they cover, and which of them silence nothing."""
