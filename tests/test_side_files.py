"""Files beside a deployed model that say how its input is normalized."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from normlint.cache import Store
from normlint.discover import discover, without_lone_xml
from normlint.gitcommit import files_of
from normlint.project import analyze
from normlint.side_files import ir_conversions, nvinfer_conversions, observe_ir
from normlint.text_sieve import LARGEST_IR

WRONG = Path(__file__).parent.parent / "fixtures" / "projects" / "model_side_files" / "wrong"
WRITTEN = {
    "input[123.675,116.28,103.53]": (123.675, 116.28, 103.53),
    "123.675 116.28 103.53": (123.675, 116.28, 103.53),
    "[104, 117, 123]": (104.0, 117.0, 123.0),
    "([1,2,3])": (1.0, 2.0, 3.0),
    "127.5": (127.5,),
}
UNREAD = ("()", "{}", "a[1,2,3],b[4,5,6]", "[1,2,3,4,5]", "nan", "1e400", "&big;", "9" * 250, "[" * 200, "")


def ir(mean: str, more: str = "") -> bytes:
    return f'<rt_info>\n\t<mean_values value="{mean}"/><scale_values value="2"/>{more}</rt_info>'.encode()


@pytest.mark.parametrize("text", WRITTEN)
def test_numbers_of_an_ir(text: str) -> None:
    (mean, scale) = observe_ir("a/net.xml", ir(text))
    assert (mean.mean, scale.std) == (WRITTEN[text], (2.0,))
    assert (mean.place.line, mean.place.column) == (2, 2)
    (conversion,) = ir_conversions("a/net.xml", ir(text))
    assert (conversion.text, conversion.mean) == ("net.onnx", WRITTEN[text])


@pytest.mark.parametrize("text", UNREAD)
def test_other_values_are_no_numbers(text: str) -> None:
    assert not list(ir_conversions("net.xml", ir(text)))


def test_an_ir_that_says_two_things_says_nothing() -> None:
    assert not list(ir_conversions("net.xml", ir("1", '<mean_values value="3"/>')))
    assert list(ir_conversions("net.xml", ir("1", '<mean_values value="1"/>')))
    assert not list(ir_conversions("net.xml", ir("1") + b" " * LARGEST_IR))


NVINFER = "property:\n  net-scale-factor: 0.5\n  offsets: 1;2;3;  # of the model\n  onnx-file: 'a/b.onnx'\n"


def test_an_nvinfer_config_names_its_model() -> None:
    (conversion,) = nvinfer_conversions("pgie.yml", NVINFER.encode())
    assert (conversion.text, conversion.mean, conversion.std) == ("a/b.onnx", (1.0, 2.0, 3.0), (2.0,))
    assert (conversion.place.line, conversion.place.column) == (3, 3)


@pytest.mark.parametrize("old, new", [("0.5", "0"), ("0.5", "x"), ("onnx-file", "uff-file"), ("offsets", "#"), ("1;2;3", "")])
def test_other_nvinfer_configs_say_nothing(old: str, new: str) -> None:
    assert not list(nvinfer_conversions("pgie.yml", NVINFER.replace(old, new).encode()))


def test_xml_without_weights_is_not_listed(tmp_path: Path) -> None:
    shutil.copytree(WRONG, tmp_path / "walked")
    listed = {file.path for file in discover(tmp_path / "walked").files}
    assert "weights/birds.xml" in listed
    assert not listed & {"annotations/birds.xml", "weights/birds.bin"}
    assert list(without_lone_xml(["a.bin", "b.py", "c.xml", "a.xml"])) == ["b.py", "a.xml"]


def test_a_commit_has_the_same_files(tmp_path: Path) -> None:
    shutil.copytree(WRONG, tmp_path, dirs_exist_ok=True)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "a"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert set(files_of(tmp_path, "HEAD")) == {file.path for file in discover(tmp_path).files}


def test_a_warm_run_sees_what_changed(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(WRONG, project)
    (project / "normlint.toml").touch()

    def found(store: Store | None) -> list[str]:
        return [f"{finding.place} {finding.message}" for finding in analyze((project,), store=store).findings]

    before = found(Store(project, tmp_path / "cache"))
    assert len(before) == 2
    model = project / "weights" / "birds.xml"
    model.write_text(model.read_text().replace("127.5,127.5,127.5", "123.675,116.28,103.53", 1))
    assert found(Store(project, tmp_path / "cache")) == found(None) != before
    (project / "weights" / "birds.bin").unlink()
    assert found(Store(project, tmp_path / "cache")) == found(None)
    assert len(found(None)) == 1
