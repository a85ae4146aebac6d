"""Terminal colours and hyperlinks, or none."""

from __future__ import annotations

from normlint.immutable import dataclass

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "bold": "1",
    "rail": "34",
    "related": "36",
    "dim": "2",
}


@dataclass(frozen=True, slots=True)
class Style:
    """``paint`` with ``color`` off and ``rule`` with ``links`` off return the text as it is."""

    color: bool = False
    links: bool = False

    def paint(self, role: str, text: str) -> str:
        """The text in the role's colour: a severity, bold, rail, related or dim."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.color and text else text

    def rule(self, code: str, text: str) -> str:
        """The text as a hyperlink (OSC 8) to the documentation of a rule, where it has a page."""
        if not self.links:
            return text
        from normlint.documentation import page_link

        target = page_link(code)
        return text if target is None else f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"
