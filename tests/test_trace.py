"""``normlint trace``: the steps behind the values on a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from normlint.cli import main

DEMO = Path(__file__).parent.parent / "fixtures" / "demo"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["trace", *arguments])


def traces(place: str) -> list[dict[str, object]]:
    result = run(place, "--format=json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)["traces"]
    return found


def rows(trace: dict[str, object]) -> list[tuple[object, ...]]:
    steps = trace["steps"]
    assert isinstance(steps, list)
    return [(s["operation"], f"{s['path']}:{s['line']}", s["state"]["range"], s["state"]["dtype"]) for s in steps]


def test_trace_of_the_demo() -> None:
    found = traces(f"{DEMO}/visualize.py:26")
    assert found[0]["called_from"] == [{"path": "visualize.py", "line": 40, "column": 14}]
    wanted = [
        ("to_unit", "visualize.py:10", [0, 1], "float32"),
        ("normalize", "visualize.py:11", [-2.118, 2.64], "float32"),
        ("multiply", "visualize.py:25", [-1.059, 1.32], "float32"),
        ("add", "visualize.py:25", [-0.559, 1.82], "float32"),
        ("multiply", "visualize.py:25", [-142.5, 464.1], "float32"),
        ("cast", "visualize.py:26", [0, 255], "uint8"),
    ]
    assert len(rows(found[0])) == len(wanted)
    for (operation, place, ends, dtype), row in zip(wanted, rows(found[0]), strict=True):
        assert (row[0], row[1], row[3]) == (operation, place, dtype)
        assert row[2] == pytest.approx(ends, abs=0.06)


def test_constants_say_where_they_were_written() -> None:
    steps = traces(f"{DEMO}/visualize.py:26")[0]["steps"]
    assert isinstance(steps, list)
    mean, std = steps[1]["constants"]
    assert (mean["name"], mean["numbers"], mean["path"], mean["line"]) == ("mean", [0.485, 0.456, 0.406], "stats.py", 3)
    assert (std["name"], std["numbers"], std["path"], std["line"]) == ("std", [0.229, 0.224, 0.225], "stats.py", 3)
    assert steps[2]["constants"][0]["name"] == "std"


def test_map_so_far_and_channel_order(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import cv2\nx = cv2.imread('a.png')\nx = cv2.cvtColor(x, cv2.COLOR_BGR2RGB)\ny = x / 127.5 - 1\nz = (y + 1).clip(0, 1)\n"
    )
    found = traces(f"{tmp_path}/a.py:5")
    assert len(found) == 1
    assert rows(found[0])[0][0] == "flip"
    assert found[0]["start"]["channel_order"] == "BGR"  # type: ignore[index, call-overload]
    last = found[0]["steps"][-1]["state"]  # type: ignore[index, call-overload]
    assert (last["channel_order"], last["scale"], last["offset"]) == ("RGB", [2.0], [0.0])
    assert last["range"] == [0.0, 1.0]


def test_condition_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import cv2\n\n\ndef f(p, data):\n    x = cv2.imread(p) / 255\n"
        "    if data == 'a':\n        x = x - 0.5\n    return x.clip(0, 1)\n"
    )
    conditions = {trace["condition"] for trace in traces(f"{tmp_path}/a.py:8")}
    assert conditions == {"data == 'a'", "data != 'a'"}


def test_text_of_the_demo() -> None:
    shown = run(f"{DEMO}/visualize.py:33").stdout
    assert "  2  normalize (torchvision.transforms.Normalize)  visualize.py:11:5\n" in shown
    assert "       mean 0.485, 0.456, 0.406 from stats.py:3:23\n" in shown
    assert "       -2.118..2.64, float32, RGB; value = (4.367, 4.464, 4.444) * u - (2.118, 2.036, 1.804)\n" in shown
    assert "cast .to at visualize.py:33:12; called from visualize.py:41:13" in shown
    assert "\x1b" not in shown
    assert "\x1b[" in run(f"{DEMO}/visualize.py:33", "--color=always").stdout


def test_constants_of_a_line() -> None:
    shown = run(f"{DEMO}/stats.py:3").stdout
    assert "constant mean: mean 0.485, 0.456, 0.406 (literal)" in shown


def test_line_without_values() -> None:
    result = run(f"{DEMO}/stats.py:1")
    assert result.exit_code == 0
    assert result.stdout.endswith("Nothing is known of pixel values on this line.\n")


def test_column_behind_the_line_is_dropped() -> None:
    assert run(f"{DEMO}/visualize.py:33:12").stdout == run(f"{DEMO}/visualize.py:33").stdout


@pytest.mark.parametrize("place", ["missing.py:3", str(DEMO / "train.py"), "train.py:x", "12"])
def test_no_such_place(place: str) -> None:
    result = run(place)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_hostile_source_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import cv2\nx = cv2.imread('\x1b[31m\u202e') / 255\ny = x.clip(0, 1)\n", encoding="utf-8")
    shown = run(f"{tmp_path}/a.py:3").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
