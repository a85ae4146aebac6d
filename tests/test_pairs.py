"""Entry points, pairs and ``normlint sites --pairs``."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from click.testing import CliRunner

from normlint.cli import main
from normlint.project import Analysis, analyze

PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"


def project(tmp_path: Path, name: str, twin: str) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(PROJECTS / name / twin, folder)
    (folder / "normlint.toml").touch()
    return folder


def roles(analysis: Analysis) -> dict[str, str]:
    return {entry.path: entry.role for entry in analysis.facts.entry_points}


def test_roles_follow_from_what_files_do(tmp_path: Path) -> None:
    analysis = analyze((project(tmp_path, "dataset_item_missing", "wrong"),))
    assert roles(analysis) == {"train.py": "train", "predict.py": "inference"}


def test_what_a_server_starts_is_an_entry_point(tmp_path: Path) -> None:
    analysis = analyze((project(tmp_path, "served", "right"),))
    names = ("handler.py", "page.py", "server.py", "service.py", "triton_model.py", "ui.py", "web.py")
    assert roles(analysis) == {**dict.fromkeys(names, "inference"), "to_onnx.py": "export", "train.py": "train"}


def test_a_plain_class_makes_no_server(tmp_path: Path) -> None:
    folder = project(tmp_path, "served", "wrong")
    source = (folder / "handler.py").read_text(encoding="utf-8")
    for path in folder.glob("*.py"):
        if path.name not in {"model.py", "data.py", "train.py"}:
            path.unlink()
    plain = source.replace("BaseHandler", "object").replace("from ts.torch_handler", "# ")
    (folder / "wrapper.py").write_text(plain, encoding="utf-8")
    analysis = analyze((folder,))
    assert roles(analysis)["wrapper.py"] == "library"
    assert analysis.findings == ()


def test_a_file_named_test_that_runs_a_model_evaluates(tmp_path: Path) -> None:
    folder = project(tmp_path, "dataset_item_missing", "wrong")
    (folder / "predict.py").rename(folder / "test.py")
    analysis = analyze((folder,))
    assert roles(analysis)["test.py"] == "eval"
    assert [finding.code for finding in analysis.findings] == ["NL102"]


def test_a_unit_test_is_compared_with_nothing(tmp_path: Path) -> None:
    folder = project(tmp_path, "dataset_item_missing", "wrong")
    source = (folder / "predict.py").read_text(encoding="utf-8")
    (folder / "predict.py").unlink()
    (folder / "test_net.py").write_text("import pytest\n" + source, encoding="utf-8")
    analysis = analyze((folder,))
    assert roles(analysis)["test_net.py"] == "test"
    assert analysis.findings == ()


def test_pairs_as_text(tmp_path: Path) -> None:
    folder = project(tmp_path, "dataset_item_missing", "wrong")
    result = CliRunner().invoke(main, ["sites", "--pairs", str(folder)])
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "model.py:Net",
        "  train.py [train: a model is trained on what it is fed]: ImageNet mean 0.485, 0.456, 0.406, std 0.229, 0.224, 0.225",
        "  predict.py [inference: named as inference]: values in 0..1",
        "  differ; both use Net (model.py), one folder (medium confidence)",
        "",
        "1 pair, 2 entry points.",
    ]


def test_pairs_as_json(tmp_path: Path) -> None:
    folder = project(tmp_path, "dataset_item_missing", "right")
    result = CliRunner().invoke(main, ["sites", "--pairs", "--format", "json", str(folder)])
    document = json.loads(result.output)
    assert document["pairs"] == [
        {
            "training": "train.py", "other": "predict.py", "model": "model.py:Net",
            "evidence": ["both use Net (model.py)", "one folder"], "confidence": "medium", "comparison": "agree",
        }
    ]  # fmt: skip
    assert {entry["path"]: entry["role"] for entry in document["entry_points"]} == {
        "train.py": "train", "predict.py": "inference",
    }  # fmt: skip


def course(folder: Path, count: int) -> None:
    """A repository of sub-projects, each with its own model, data and stats, trained and used in the same way."""
    (folder / "normlint.toml").touch()
    for number in range(count):
        own = folder / f"lesson_{number:03}"
        shutil.copytree(PROJECTS / "dataset_item_missing" / "right", own)
        for name in ("data.py", "predict.py"):
            source = (own / name).read_text(encoding="utf-8")
            own_stats = source.replace("0.485", f"0.{300 + number}").replace("0.229", f"0.{200 + number}")
            (own / name).write_text(own_stats, encoding="utf-8")


def test_sub_projects_with_other_stats_are_not_compared(tmp_path: Path) -> None:
    course(tmp_path, 100)
    analysis = analyze((tmp_path,))
    assert len(analysis.facts.pairs) == 100
    assert all(pair.training.folder == pair.other.folder for pair in analysis.facts.pairs)
    assert [finding for finding in analysis.findings if finding.code != "NL305"] == []


def test_time_grows_with_the_number_of_files(tmp_path: Path) -> None:
    seconds = []
    for count in (10, 40):
        folder = tmp_path / str(count)
        folder.mkdir()
        course(folder, count)
        started = time.process_time()
        analyze((folder,))
        seconds.append(time.process_time() - started)
    assert seconds[1] < 8 * seconds[0]  # four times the files; quadratic growth would give sixteen


def configured(folder: Path, text: str) -> list[str]:
    (folder / "normlint.toml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", "--format", "json", str(folder)])
    return [finding["rule"] for finding in json.loads(result.output)["findings"]]


def test_a_user_forbids_a_pair(tmp_path: Path) -> None:
    folder = project(tmp_path, "dataset_item_missing", "wrong")
    assert configured(folder, "") == ["NL102"]
    assert configured(folder, 'pairs = [{files = ["train.py", "predict.py"], paired = false}]') == []


def test_a_user_forces_a_pair_of_two_models(tmp_path: Path) -> None:
    folder = project(tmp_path, "dataset_item_missing", "wrong")
    copied = (folder / "model.py").read_text(encoding="utf-8")
    (folder / "exported.py").write_text(copied, encoding="utf-8")
    source = (folder / "predict.py").read_text(encoding="utf-8")
    (folder / "predict.py").write_text(source.replace("from model", "from exported"), encoding="utf-8")
    assert configured(folder, "") == []
    assert configured(folder, 'pairs = [{files = ["train.py", "predict.py"]}]') == ["NL102"]


def test_a_user_sets_the_role_of_a_file(tmp_path: Path) -> None:
    folder = project(tmp_path, "dataset_item_missing", "wrong")
    assert configured(folder, '[roles]\n"predict.py" = "test"') == []
