"""The input that published checkpoints were trained with: ``data/checkpoints.txt``, read only when a file names one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from normlint.catalogue.entries import CatalogueError
from normlint.immutable import dataclass
from normlint.pixelmap import Numbers, Stats

TABLE = Path(__file__).parent / "data" / "checkpoints.txt"
_FIELDS = 7


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint takes: an image whose values span ``low``..``high`` and whose channels are in ``order``, as
    ``(x - mean) / std``. Mean 0 and std 1: the network normalizes by itself, the caller must not. None: no fixed values.
    """

    name: str
    library: str
    mean: Numbers | None
    std: Numbers | None
    low: float
    high: float
    order: str
    evidence: str

    @property
    def stats(self) -> Stats | None:
        """The stats on the unit scale and in RGB order."""
        if self.mean is None or self.std is None:
            return None
        width = self.high - self.low
        mean = tuple((number - self.low) / width for number in self.mean)
        std = tuple(number / width for number in self.std)
        return Stats(mean[::-1], std[::-1]) if self.order == "BGR" else Stats(mean, std)

    @property
    def inside(self) -> bool:
        """Whether the network normalizes by itself."""
        return self.mean is not None and not any(self.mean) and set(self.std or ()) == {1.0}


class Checkpoints:
    """The table as text: a name is searched for, only its block is parsed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lowered = text.lower()
        if len(self._text) != len(self._lowered) or not text.startswith("#"):
            raise CatalogueError("checkpoints.txt is no table of checkpoints")

    def find(self, name: str) -> Checkpoint | None:
        """The checkpoint of a name, in any case; None for one that is not known."""
        if not name or "\n" in name or name[0] in "=#":
            return None
        at = self._lowered.find(f"\n{name.lower()}\n")
        if at < 0:
            return None
        start = self._text.rfind("\n= ", 0, at + 1) + 1
        return _checkpoint(self._text[at + 1 : at + 1 + len(name)], self._text[start : self._text.index("\n", start)])

    def containing(self, part: str, most: int) -> list[str]:
        """Up to ``most`` names that contain a text, in any case, in the order of the table."""
        found = []
        for line in self._lowered.split("\n"):
            if part.lower() in line and line[:1] not in {"=", "#", ""}:
                found.append(line)
                if len(found) == most:
                    break
        return found

    def __iter__(self) -> Iterator[Checkpoint]:
        header = ""
        for line in self._text.splitlines():
            if line.startswith("= "):
                header = line
            elif line and not line.startswith("#"):
                yield _checkpoint(line, header)


def _checkpoint(name: str, header: str) -> Checkpoint:
    parts = header[2:].split("; ", _FIELDS - 1)
    if len(parts) != _FIELDS:
        raise CatalogueError(f"checkpoints.txt: {name}: its block needs {_FIELDS} fields")
    library, mean, std, low, high, order, evidence = parts
    local = name.split("/", 1)[-1]
    return Checkpoint(
        name, library, _numbers(mean), _numbers(std), float(low), float(high), order, evidence.replace("{}", local)
    )


def _numbers(text: str) -> Numbers | None:
    return None if text == "none" else tuple(float(number) for number in text.split())


@cache
def checkpoints() -> Checkpoints:
    """The shipped table."""
    return Checkpoints(TABLE.read_text(encoding="ascii"))
