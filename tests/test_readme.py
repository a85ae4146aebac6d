"""What the README shows is what the program prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from normlint.rules import RULES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_demo_output_is_current() -> None:
    command = [sys.executable, "-m", "normlint", "check", "fixtures/demo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stdout.strip() in README


def test_rules_table_is_current() -> None:
    for rule in RULES:
        default = "on" if rule.default else "off"
        first = rule.documentation.strip().splitlines()[0]
        assert f"| {rule.code} | {rule.name} | {rule.severity} | {default} | {first} |" in README
