"""The settings that a command line asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from normlint.immutable import dataclass

if TYPE_CHECKING:
    from normlint.settings.resolve import Resolved


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stood on the command line: the texts by key, and which file to read."""

    texts: dict[str, tuple[str, ...]]
    file: Path | None
    isolated: bool

    def resolve(self, paths: tuple[Path, ...]) -> Resolved:
        """The settings for a run over the paths. Raises ``Trouble``."""
        from normlint.commands.trouble import Trouble
        from normlint.discover import PathError
        from normlint.settings.model import SettingsError
        from normlint.settings.resolve import resolve

        try:
            return resolve(paths or (Path(),), self.texts, file=self.file, isolated=self.isolated)
        except (PathError, SettingsError) as error:
            raise Trouble(str(error)) from error
