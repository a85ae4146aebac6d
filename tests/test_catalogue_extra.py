"""Catalogue files of a user's own: used in a run, and refused with the file and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from normlint.catalogue import CatalogueError, catalogue, using
from normlint.catalogue.extra import LARGEST, load_extra
from normlint.cli import main

ENTRY = """\
entries:
- in: [house.images]
  names: [to_network]
  call: function
  parameters: [image, mean, std]
  image: image
  kind: normalize
  operation: {op: normalize, mean: mean, std: std, peak: 255}
  evidence: 'doc: house handbook, images'
"""
CODE = """\
import cv2
from house.images import to_network

inputs = to_network(cv2.imread("a.png"), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "my_apis.yaml"
    path.write_text(text)
    return path


def test_an_entry_of_the_users_own_is_used(tmp_path: Path):
    write(tmp_path, ENTRY)
    (tmp_path / "pyproject.toml").write_text('[tool.normlint]\ncatalogue = ["my_apis.yaml"]\n')
    (tmp_path / "a.py").write_text(CODE)
    result = CliRunner().invoke(main, ["sites", str(tmp_path)])
    assert result.exit_code == 0 and "house.images.to_network" in result.stdout and "mean=[0.485" in result.stdout


def test_the_shipped_entries_stay_and_the_own_ones_are_gone_afterwards(tmp_path: Path):
    path = write(tmp_path, ENTRY)
    with using([path]):
        assert catalogue().lookup("house.images.to_network") is not None
        assert catalogue().lookup("torch.clamp") is not None
        assert "to_network" in catalogue().trigger_words()
    assert catalogue().lookup("house.images.to_network") is None


def test_an_own_entry_stands_above_a_shipped_one(tmp_path: Path):
    text = ENTRY.replace("house.images", "torch").replace("to_network", "clamp")
    entry = load_extra([write(tmp_path, text)]).lookup("torch.clamp")
    assert entry is not None and entry.operation["op"] == "normalize" and entry.evidence.startswith("doc: house")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("entries: [", "is no YAML"),
        ("- a\n- b\n", "must be a mapping"),
        ("entries: normalize\n", "'entries' must be a list"),
        ("entries: [3]\n", "'entries' must be a list of mappings"),
        ("apis: []\n", "unknown key 'apis'; known are"),
        (ENTRY.replace("op: normalize", "op: normalise"), "to_network: op must be one of"),
        (ENTRY.replace("  evidence: 'doc: house handbook, images'\n", ""), "to_network: evidence is missing"),
        (ENTRY.replace("mean: mean", "mean: average"), "'average' is no parameter of it"),
        (ENTRY.replace("[to_network]", "3"), "another type"),
        ("[" * 5000, "is no YAML"),
        ("#" * (LARGEST + 1), "larger than"),
    ],
)
def test_a_file_that_says_nothing_right_is_refused(tmp_path: Path, text: str, message: str):
    with pytest.raises(CatalogueError, match=r"my_apis\.yaml") as raised:
        load_extra([write(tmp_path, text)])
    assert message in str(raised.value)


def test_the_command_says_so_in_one_line(tmp_path: Path):
    write(tmp_path, "apis: []\n")
    (tmp_path / "pyproject.toml").write_text('[tool.normlint]\ncatalogue = ["my_apis.yaml"]\n')
    (tmp_path / "a.py").write_text(CODE)
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert result.exit_code == 2 and "my_apis.yaml: unknown key 'apis'" in result.stderr
