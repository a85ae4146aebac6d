"""Rules as users name them: codes, prefixes of codes, names."""

from __future__ import annotations

from normlint.commands.trouble import Trouble


def split_rules(values: tuple[str, ...]) -> tuple[str, ...]:
    """Splits at commas and checks each one. Raises ``Trouble`` for what no rule is called."""
    wanted = tuple(part.strip() for value in values for part in value.split(",") if part.strip())
    if not wanted:
        return ()
    from normlint.rules import RULES

    accepted = []
    for text in wanted:
        code, name = text.upper(), text.lower()
        if code == "ALL" or (code.startswith("NL") and any(rule.code.startswith(code) for rule in RULES)):
            accepted.append(code)
        elif any(rule.name == name for rule in RULES):
            accepted.append(name)
        else:
            raise unknown_rule(text)
    return tuple(accepted)


def unknown_rule(text: str) -> Trouble:
    """The error for ``text``, with the nearest code or name."""
    import difflib

    from normlint.rules import RULES

    words = {word.lower(): word for rule in RULES for word in (rule.code, rule.name)}
    near = difflib.get_close_matches(text.lower(), words, n=1, cutoff=0.5)
    hint = f"did you mean {words[near[0]]}?" if near else "`normlint rules` lists them"
    return Trouble(f"unknown rule: {text}; {hint}")
