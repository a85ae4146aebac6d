"""``normlint init``"""

from __future__ import annotations

from pathlib import Path

import click

from normlint.commands.console import show
from normlint.commands.trouble import Trouble


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path())
@click.option("--write", is_flag=True, help="Write what is missing; what exists keeps every line that it has.")
def init(folder: Path, write: bool) -> None:
    """Propose settings, a pre-commit hook and a CI job for the project around FOLDER."""
    from normlint.discover import project_root
    from normlint.proposals import proposals
    from normlint.settings.model import SettingsError
    from normlint.writing import write_atomically

    root = project_root((folder,))
    try:
        proposed = proposals(root)
    except SettingsError as error:
        raise Trouble(str(error)) from error
    for proposal in proposed:
        file = root / proposal.path
        there = file.is_file()
        if not write or (there and not proposal.appended):
            show(f"# {'Add to' if there else 'New file'} {proposal.path}\n{proposal.text.strip()}\n")
            continue
        if not file.resolve().is_relative_to(root.resolve()):
            raise Trouble(f"{proposal.path} leads out of {root}: not written")
        before = file.read_bytes() if there else b""
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_atomically(file, before + (b"" if before.endswith(b"\n") or not before else b"\n") + proposal.text.encode())
        except OSError as error:
            raise Trouble(f"cannot write {proposal.path}: {error.strerror or error}") from error
        show(f"{'Added to' if there else 'Wrote'} {proposal.path}")
    show("# Then: `normlint check`, and `normlint baseline` for what is not mended at once.")
