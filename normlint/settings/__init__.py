"""What a user can set: the table of keys, where values come from, and how they are checked."""
