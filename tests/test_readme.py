"""What the README shows is what the program prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from normlint.rules import RULES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


SHOWN = re.findall(r"```console\n\$ \.venv/bin/normlint ([^\n]*)\n```\n\n```text\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("arguments", "output"), SHOWN)
def test_shown_output_is_current(arguments: str, output: str) -> None:
    command = [sys.executable, "-m", "normlint", *arguments.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.splitlines()) == (1, output.splitlines())


def test_some_output_is_shown() -> None:
    assert len(SHOWN) >= 2


def test_rules_table_is_current() -> None:
    for rule in RULES:
        default = "on" if rule.default else "off"
        first = rule.documentation.strip().splitlines()[0]
        assert f"| {rule.code} | {rule.name} | {rule.severity} | {default} | {first} |" in README
