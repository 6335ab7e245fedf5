"""The names of an author's own pod: exported there, imported here, looked up by all.

`find_catalogue` says where a catalogue is, `open_catalogue` reads it.
"""

from fastformula_server.catalogue.places import find_catalogue
from fastformula_server.catalogue.schema import CatalogueError
from fastformula_server.catalogue.store import StoredCatalogue, open_catalogue

__all__ = ["CatalogueError", "StoredCatalogue", "find_catalogue", "open_catalogue"]
