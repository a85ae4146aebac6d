"""Findings that were there before: in a committed file, or in another commit."""
