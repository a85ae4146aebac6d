"""What ``normlint init`` proposes: settings, a hook, a workflow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from normlint import __version__

# Folders of code that is somebody else's to mend.
FOREIGN = ("third_party", "third-party", "vendor", "external", "extern")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Text for a file; ``appended`` to one that exists, and otherwise only where there is none."""

    path: str
    text: str
    appended: bool = False


def proposals(root: Path) -> tuple[Proposal, ...]:
    """What the project has not got yet: settings where none are found, a hook, a workflow."""
    found = [_settings(root), _hook()]
    found.append(_gitlab() if (root / ".gitlab-ci.yml").is_file() else _github())
    return tuple(proposal for proposal in found if proposal is not None)


def _settings(root: Path) -> Proposal | None:
    from normlint.settings.files import find_settings

    if find_settings(root) is not None:
        return None
    foreign = [f'"{name}/"' for name in FOREIGN if (root / name).is_dir()]
    lines = [
        'fail-on = "error"  # "warning" once the errors are mended',
        '# baseline = "normlint-baseline.json"  # after `normlint baseline`',
        *([f"exclude = [{', '.join(foreign)}]"] if foreign else []),
    ]
    shared = (root / "pyproject.toml").is_file()
    text = "\n".join((["", "[tool.normlint]"] if shared else []) + lines) + "\n"
    return Proposal("pyproject.toml", text, appended=True) if shared else Proposal("normlint.toml", text)


def _hook() -> Proposal:
    return Proposal(".pre-commit-config.yaml", f"""\
repos:
  - repo: local
    hooks:
      - id: normlint
        name: normlint
        entry: normlint check --force-exclude
        language: python
        additional_dependencies: ["normlint=={__version__}"]
        types_or: [python, jupyter, yaml, json]
        require_serial: true
""")  # fmt: skip


def _github() -> Proposal:
    return Proposal(".github/workflows/normlint.yml", f"""\
name: normlint
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  normlint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install "normlint=={__version__}"
      - run: normlint check --format github
""")  # fmt: skip


def _gitlab() -> Proposal:
    return Proposal(".gitlab-ci.yml", f"""\

normlint:
  image: python:3.12
  script:
    - pip install "normlint=={__version__}"
    - normlint check --format gitlab=gl-code-quality-report.json --format text
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
""")  # fmt: skip
