"""What ``normlint init`` proposes: settings, a hook, a workflow."""

from __future__ import annotations

import json
import re
from pathlib import Path

from normlint import __version__
from normlint.immutable import dataclass

# Folders of code that is somebody else's to mend.
FOREIGN = ("third_party", "third-party", "vendor", "external", "extern")
# Nothing that ends a string in YAML or in a shell.
_ADDRESS = re.compile(r"git\+(?:https|ssh)://[\w.~:/@%+-]+@[0-9a-f]{40,64}")


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


def requirement() -> str:
    """What installs this very normlint elsewhere: the commit that it was installed from, else the version (PEP 610)."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        origin = json.loads(distribution("normlint").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        origin = {}
    commit = origin.get("vcs_info", {})
    address = f"{commit.get('vcs')}+{origin.get('url')}@{commit.get('commit_id')}"
    return f"normlint @ {address}" if _ADDRESS.fullmatch(address) else f"normlint=={__version__}"


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
        additional_dependencies: ["{requirement()}"]
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
concurrency:
  group: normlint-${{{{ github.ref }}}}
  cancel-in-progress: true
jobs:
  normlint:
    name: normlint
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
        with:
          python-version: "3.12"
      - run: pip install "{requirement()}"
      - run: normlint check --format github
""")  # fmt: skip


def _gitlab() -> Proposal:
    return Proposal(".gitlab-ci.yml", f"""\

normlint:
  image: python:3.12
  script:
    - pip install "{requirement()}"
    - normlint check --format gitlab=gl-code-quality-report.json --format text
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
""")  # fmt: skip
