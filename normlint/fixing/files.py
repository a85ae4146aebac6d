"""The files that fixes look at and change, in the state that earlier fixes left them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from normlint.fixing.document import Document, Replacement
from normlint.fixing.names import Names
from normlint.fixing.notebook import NotebookDocument
from normlint.fixing.syntax import Syntax
from normlint.immutable import dataclass, field
from normlint.source import SourceError

# What one fix changes: replacements by the path of the file.
Patch = Mapping[str, tuple[Replacement, ...]]


@dataclass(frozen=True)
class File:
    """One Python file with its syntax."""

    document: Document
    syntax: Syntax

    @cached_property
    def names(self) -> Names:
        return Names(self.syntax)


@dataclass
class Files:
    """Files by path, read through ``data`` (None for what cannot be read) and parsed once each."""

    data: Callable[[str], bytes | None]
    exists: Callable[[str], bool] = lambda path: False
    _known: dict[str, File | None] = field(default_factory=dict)
    _documents: dict[str, Document | None] = field(default_factory=dict)

    def python(self, path: str) -> File | None:
        """A Python file or notebook that can be edited; None for a config file and what cannot be read or parsed."""
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def document(self, path: str) -> Document | None:
        """Any text file, without its syntax; None where it cannot be read, or not be written as it was."""
        if path not in self._documents:
            self._documents[path] = self._document(path)
        return self._documents[path]

    def _document(self, path: str) -> Document | None:
        data = self.data(path)
        if data is None:
            return None
        try:
            document = (NotebookDocument if path.endswith(".ipynb") else Document).read(path, data)
        except SourceError:
            return None
        return document if document.faithful else None

    def _read(self, path: str) -> File | None:
        if not path.endswith((".py", ".pyi", ".pyw", ".ipynb")):
            return None
        document = self.document(path)
        if document is None:
            return None
        try:
            return File(document, Syntax(document.text))
        except (ValueError, RecursionError):
            return None  # the analysis names such a file; here it only means that nothing in it can be edited
