"""Formats: what a run found, as text, one line a finding, or JSON."""
