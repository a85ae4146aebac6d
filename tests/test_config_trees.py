"""Config files as programs load them: defaults lists, base files, references, and what is over the bounds."""

from __future__ import annotations

from typing import Any

import pytest

from normlint.config_composition import ConfigTrees
from normlint.config_trees import UNRESOLVED, plain


def load(files: dict[str, str], path: str = "a.yaml") -> Any:
    tree = trees(files).load(path)
    return None if tree is None else plain(tree)


def trees(files: dict[str, str]) -> ConfigTrees:
    data = {path: text.encode() for path, text in files.items()}
    return ConfigTrees(tuple(data), data.get)


def compose(files: dict[str, str], name: str = "a", folder: str = "conf") -> Any:
    tree = trees(files).compose("train.py", folder, name)
    return None if tree is None else plain(tree)


def test_scalars() -> None:
    text = "a: 1\nb: 1e-3\nc: true\nd: null\ne: 1./255.\nf: '1'\ng: no name\nh: [1, 2.5]\n"
    found = load({"a.yaml": text})
    assert found == {"a": 1, "b": 1e-3, "c": True, "d": None, "e": 1 / 255, "f": "1", "g": "no name", "h": [1, 2.5]}


def test_anchors_and_merge_keys() -> None:
    found = load({"a.yaml": "base: &b {mean: 1, std: 2}\ndata:\n  <<: *b\n  std: 3\n"})
    assert found["data"] == {"mean": 1, "std": 3}


@pytest.mark.parametrize("key", ["_base_", "_BASE_"])
def test_base_files(key: str) -> None:
    files = {"c/a.yaml": f"{key}: ../b.yaml\ndata: {{mean: 1}}\n", "b.yaml": "data: {mean: 0, std: 2}\n"}
    assert load(files, "c/a.yaml")["data"] == {"mean": 1, "std": 2}


REFERENCES = {
    "${b}": 5, "${c.d}": 6, "${c.l[1]}": 8, "${.near}": 9, "${..b}": 5, "${c}": {"d": 6, "l": [7, 8]}, "${nothing}": UNRESOLVED,
    "${oc.env:HOME}": UNRESOLVED, "x${b}": UNRESOLVED, "${....b}": UNRESOLVED,
}  # fmt: skip


@pytest.mark.parametrize("reference", REFERENCES)
def test_references(reference: str) -> None:
    text = f"b: 5\nc: {{d: 6, l: [7, 8]}}\nin: {{near: 9, x: '{reference}'}}\n"
    assert load({"a.yaml": text})["in"]["x"] == REFERENCES[reference]


@pytest.mark.parametrize(
    "text",
    [
        "a: ${a}\n",
        "a: ${b}\nb: ${a}\n",
        "a: {b: '${a}', c: '${a}'}\n",
        "a: &a [1, 2]\n" + "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}' if n else '*a'] * 9)}]\n" for n in range(9)),
        "[1, 2]\n",
        "a: [\n",
        "a: " + "[" * 100 + "]" * 100 + "\n",
        "_base_: [a.yaml, a.yaml]\n",
    ],
)
def test_what_is_over_the_bounds_is_unknown(text: str) -> None:
    assert load({"a.yaml": text}) in (None, {"_base_": ["a.yaml", "a.yaml"]})


def test_defaults_of_hydra() -> None:
    files = {
        "conf/a.yaml": "defaults:\n  - base\n  - data: photos\n  - optional extra: none\n  - _self_\nlr: 1\n",
        "conf/base.yaml": "lr: 0\nwidth: 3\n",
        "conf/data/photos.yaml": "defaults:\n  - common\n  - _self_\nmean: ${lr}\n",
        "conf/data/common.yaml": "mean: 7\nstd: 2\n",
    }
    assert compose(files) == {"lr": 1, "width": 3, "data": {"mean": 1, "std": 2}}


def test_packages_of_hydra() -> None:
    files = {
        "conf/a.yaml": "defaults:\n  - data@train: photos\n  - exp: wide\n  - _self_\n",
        "conf/data/photos.yaml": "mean: 1\n",
        "conf/exp/wide.yaml": "# @package _global_\nwidth: 9\n",
    }
    assert compose(files) == {"train": {"mean": 1}, "width": 9}


def test_without_self_a_contradiction_is_unknown() -> None:
    files = {"conf/a.yaml": "defaults: [base]\nlr: 1\nsame: 2\n", "conf/base.yaml": "lr: 0\nsame: 2\n"}
    assert compose(files) == {"lr": UNRESOLVED, "same": 2}


def test_defaults_that_go_round_end() -> None:
    assert compose({"conf/a.yaml": "defaults: [a, a]\nx: 1\n"}) == {"x": 1}


def test_nothing_leads_out_of_the_project() -> None:
    files = {"a.yaml": "x: 1\n"}
    assert trees(files).path_of("b/c.py", "../../../a.yaml") is None
    assert trees(files).path_of("b/c.py", "/a.yaml") is None
    assert compose(files, "a", "../..") is None
    assert load({"a.yaml": "_base_: ../../etc/passwd\nx: 1\n"})["x"] == 1


def test_a_file_is_looked_for_from_the_code_upwards() -> None:
    files = {"a.yaml": "", "one/a.yaml": "", "two/conf/b.yaml": "", "three/conf/b.yaml": ""}
    assert trees(files).path_of("one/x.py", "a.yaml") == "one/a.yaml"
    assert trees(files).path_of("four/x.py", "./a.yaml") == "a.yaml"
    assert trees(files).path_of("two/x.py", "b.yaml") == "two/conf/b.yaml"
    assert trees(files).path_of("four/x.py", "b.yaml") is None
