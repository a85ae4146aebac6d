"""Build the corpus: the text files of the wheels in wheels.txt, each in a folder of its own.

    python benchmarks/corpus.py FOLDER [NAME ...]

Downloads with pip what is missing in FOLDER/wheels and unpacks it into FOLDER/corpus/NAME-VERSION. With names only
those wheels. Nothing of what is downloaded is run.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

SUFFIXES = {".py", ".pyi", ".ipynb", ".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".md", ".txt"}
PINS = Path(__file__).with_name("wheels.txt")
PYTHON = "3.11"


def pins(names: list[str]) -> list[str]:
    """The requirements of wheels.txt, or those of the named packages; a name with a version stands for itself."""
    lines = [line.strip() for line in PINS.read_text().splitlines() if line.strip() and not line.startswith("#")]
    others = [name for name in names if "==" in name]
    return [*(line for line in lines if not names or line.partition("==")[0] in names), *others]


def download(requirement: str, folder: Path) -> Path:
    """The wheel of a requirement, downloaded if it is not there."""
    name, _, version = requirement.partition("==")
    found = sorted(folder.glob(f"{name}-{version}-*.whl"))
    if not found:
        command = [
            sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--python-version", PYTHON,
            "-d", str(folder), requirement,
        ]  # fmt: skip
        subprocess.run(command, check=True)
        found = sorted(folder.glob(f"{name}-{version}-*.whl"))
    return found[0]


def unpack(wheel: Path, corpus: Path) -> Path:
    """The wheel's text files below ``corpus``; members that lead out of it are left out."""
    target = corpus / "-".join(wheel.name.split("-")[:2])
    if target.exists():
        return target
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            path = target / member.filename
            if member.is_dir() or path.suffix not in SUFFIXES or ".dist-info/" in member.filename:
                continue
            if path.resolve().is_relative_to(target.resolve()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(member))
    return target


def build(folder: Path, names: list[str]) -> Path:
    """The corpus below ``folder``, complete for ``names`` (all if there are none)."""
    wheels, corpus = folder / "wheels", folder / "corpus"
    wheels.mkdir(parents=True, exist_ok=True)
    for requirement in pins(names):
        unpack(download(requirement, wheels), corpus)
    return corpus


def main() -> None:
    corpus = build(Path(sys.argv[1]), sys.argv[2:])
    sizes = [path.stat().st_size for path in corpus.rglob("*.py")]
    print(f"{corpus}: {len(sizes):,} Python files, {sum(sizes) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
