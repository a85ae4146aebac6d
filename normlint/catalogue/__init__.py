"""What every known API does to an image, as data (``data/*.yaml``) with its sources."""

from normlint.catalogue.entries import CatalogueError, Entry, KnownStats
from normlint.catalogue.loader import Catalogue, catalogue, using

__all__ = ["Catalogue", "CatalogueError", "Entry", "KnownStats", "catalogue", "using"]
