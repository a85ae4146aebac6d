"""One module a command, imported when that command runs; the other modules here are what commands share."""
