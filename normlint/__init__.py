"""normlint: the type checker for pixel values."""

__version__ = "0.1.0"
