"""Path patterns with the meaning that they have in a .gitignore file.

``*`` and ``?`` stop at ``/``, ``**`` does not; a pattern with a ``/`` before its end counts from the root, any other
matches a name at every depth; a final ``/`` means folders only; what matches a folder covers everything in it; ``!``
takes back what an earlier pattern matched, unless a folder above it is matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from normlint.immutable import dataclass, field

_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r" \t", "digit": "0-9", "lower": "a-z", "space": r"\s",
    "upper": "A-Z", "xdigit": "a-fA-F0-9", "punct": r"!-/:-@\[-`{-~",
}  # fmt: skip
_SEGMENT = re.compile(
    r"(?P<stars>\*+)|(?P<one>\?)|\\(?P<escaped>.)|(?P<set>\[[!^]?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\])|(?P<plain>[^*?\\\[]+)",
    re.DOTALL,
)
_SET_ITEM = re.compile(r"\[:(?P<name>\w+):\]|\\(?P<escaped>.)|(?P<plain>.)", re.DOTALL)
_ANY_DEPTH = None


class PatternError(ValueError):
    """A pattern that can never match: an open ``[``, a lone backslash at the end, nothing but slashes."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern; ``segments`` are matched from the root, None standing for ``**``."""

    text: str
    negated: bool
    folders_only: bool
    segments: tuple[re.Pattern[str] | None, ...]

    def matches(self, names: tuple[str, ...], folder: bool) -> bool:
        """Whether the path of these names, itself and not one of its parents, is matched. Time: names x segments."""
        if self.folders_only and not folder:
            return False
        segments = self.segments
        at = position = 0
        retry: tuple[int, int] | None = None
        while position < len(names):
            segment = segments[at] if at < len(segments) else None
            if at < len(segments) and segment is _ANY_DEPTH:
                retry = (at + 1, position)
                at += 1
                # A final ** stands for what is inside, never for the folder itself.
                if at == len(segments):
                    return True
            elif segment is not None and segment.fullmatch(names[position]):
                at, position = at + 1, position + 1
            elif retry is not None:
                at, position = retry[0], retry[1] + 1
                retry = (at, position)
            else:
                return False
        return at == len(segments)


def parse_pattern(text: str) -> Pattern:
    """One line of a .gitignore file. Raises ``PatternError``."""
    body = text
    while body.endswith(" ") and not body.endswith("\\ "):
        body = body[:-1]
    negated = body.startswith("!")
    body = body[negated:]
    folders_only = body.endswith("/")
    body = body.rstrip("/") if folders_only else body
    anchored = "/" in body
    parts = [part for part in body.split("/") if part]
    if not parts:
        raise PatternError("an empty pattern matches nothing")
    segments = [_ANY_DEPTH if len(part) > 1 and not part.strip("*") else _segment(part) for part in parts]
    return Pattern(text, negated, folders_only, tuple(segments if anchored else [_ANY_DEPTH, *segments]))


@dataclass(frozen=True, slots=True)
class PathPatterns:
    """Several patterns, of which the last that matches decides."""

    patterns: tuple[Pattern, ...] = ()
    _folders: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, texts: Iterable[str]) -> PathPatterns:
        """Parse the patterns. Raises ``PatternError``."""
        return cls(tuple(map(parse_pattern, texts)))

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def match(self, path: str, *, folder: bool = False) -> bool:
        """Whether the POSIX path, relative to the root, or a folder above it is matched."""
        if not self.patterns:
            return False
        names = tuple(path.split("/"))
        return any(self._folder_matches(names[:depth]) for depth in range(1, len(names))) or self._one(names, folder)

    def _folder_matches(self, names: tuple[str, ...]) -> bool:
        key = "/".join(names)
        if key not in self._folders:
            self._folders[key] = self._one(names, True)
        return self._folders[key]

    def _one(self, names: tuple[str, ...], folder: bool) -> bool:
        for pattern in reversed(self.patterns):
            if pattern.matches(names, folder):
                return not pattern.negated
        return False


def _segment(text: str) -> re.Pattern[str]:
    """The regular expression of one name, without backtracking: every star takes the nearest place that fits."""
    pieces = [""]
    for kind, spelled in _tokens(text):
        if kind == "stars":
            pieces.append("")
        else:
            pieces[-1] += "." if kind == "one" else _set(spelled) if kind == "set" else re.escape(spelled)
    first, *rest = pieces
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    nearest = "".join([f"(?=(?P<g{n}>.*?{piece}))(?P=g{n})" for n, piece in enumerate(middle) if piece])
    return re.compile(f"{first}{nearest}.*{last}", re.DOTALL)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _SEGMENT.match(text, at)
        if match is None:
            raise PatternError("the [ is never closed" if text[at] == "[" else "nothing follows the last backslash")
        kind = match.lastgroup or ""
        yield kind, match.group(kind)
        at = match.end()


def _set(spelled: str) -> str:
    negated = spelled[1] in "!^"
    inner = ""
    for match in _SET_ITEM.finditer(spelled[1 + negated : -1]):
        name, plain = match.group("name"), match.group("plain")
        if name:
            if name not in _CLASSES:
                raise PatternError(f"[:{name}:] is no class of characters")
            inner += _CLASSES[name]
        else:
            inner += plain if plain == "-" else re.escape(plain or match.group("escaped"))
    try:
        return re.compile(f"[{'^' if negated else ''}{inner}]").pattern
    except re.error as error:
        raise PatternError(f"{spelled} is no set of characters") from error
