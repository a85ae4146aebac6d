"""The sieve loses no file with a site, and looks at few that have none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normlint.catalogue import catalogue
from normlint.discover import discover
from normlint.evaluate import labels, relevance, signs
from normlint.lowering import lower
from normlint.project import analyze
from normlint.sieve import Look, imports_a_library, look, may_hold_sites, names_a_library, speaks_of_pixels
from normlint.workspace import Workspace

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("fixtures", "normlint", "tests") for path in (ROOT / folder).rglob("*.py"))


def matters(data: bytes) -> bool:
    """The evaluator's own word on a whole file, from its lowered form."""
    module = lower("a.py", data)
    by_span, by_name, _ = relevance.digests(module)
    reader = relevance.Reader(relevance._bound_words(module.body, None))
    mask = reader.read(module.body, set())
    return signs.is_hit(mask) or any(digest.hit for digest in (*by_span.values(), *by_name.values()))


def test_every_file_that_matters_is_kept() -> None:
    lost = [path for path in SOURCES if (data := path.read_bytes()) and not may_hold_sites(data) and matters(data)]
    assert not lost
    kept = [path for path in SOURCES if may_hold_sites(path.read_bytes())]
    assert len(kept) < len(SOURCES)


def test_every_fixture_with_a_site_is_kept() -> None:
    analysis = analyze((ROOT / "fixtures",), root=ROOT / "fixtures")
    files = {site.place.path for site in analysis.sites if site.place.path.endswith(".py")}
    assert len(files) > 100
    assert not [path for path in files if not may_hold_sites((ROOT / "fixtures" / path).read_bytes())]


@pytest.mark.parametrize("word", sorted(relevance.site_words()))
def test_every_word_of_the_catalogue_is_looked_for(word: str) -> None:
    assert may_hold_sites(f"x = a.{word}(y)\n".encode())
    assert may_hold_sites(f"x = (a\n     .{word}_(y))\n".encode())
    assert may_hold_sites(f"from a import (b,  # )\n    {word} as c)\nc(1)\n".encode())
    assert may_hold_sites(f"from a import *\n{word}(1)\n".encode())
    assert may_hold_sites(f"class {word}:\n    pass\n".encode())


@given(
    st.text("smduainpeko_XM", max_size=4), st.sampled_from(sorted(labels.PARTS | labels.WORDS)), st.text("sr_gb1R", max_size=4)
)  # fmt: skip
def test_every_name_that_says_something_has_a_part_that_is_looked_for(before: str, part: str, after: str) -> None:
    for name in (before + part + after, before + after):
        if labels.label_of(name) or labels.feeds(name):
            assert name.lower() in labels.WORDS or any(known in name.lower() for known in labels.PARTS)


def test_the_words_come_from_the_catalogue() -> None:
    assert catalogue().trigger_words() - {"Sequential", "ModuleList"} <= relevance.site_words()


@pytest.mark.parametrize(
    "line",
    [
        "x / 255", "x / 255.", "x/0xff", "x / 2_55", "x / 2.55e2", "x * 127.5", "x + 128.", "x - 123.675", "x*2-1", "2 * x - 1",
        "(x+1)/2", "x * .5 + .5", "x * 5e-1 + 5e-1", "x * (2) - (1)", "x.mul(2).sub(1)", "a = 0.5", "a = 256", "x + 128",
        "x * 0.00392", "x / 65535", "x / 1023", "(x - x.mean()) / x.std()", "(x -\n np.mean(x))", "f(mean=m)", "image_std",
        "MEAN = 1", "sigma = 2", "[0.4, 0.5, 0.6]", "[-0.4, -0.5, -0.6]",
        "(.4,  # r\n .5, .6)", "x.astype(y)", "{'normalize': 1}", "train_loader",
        "@torch.no_grad()", "x *= 2\nx -= 1", "x = 2 * (x\n - 1)", "data_range = 3",
    ],
)  # fmt: skip
def test_spellings_are_seen(line: str) -> None:
    assert may_hold_sites(line.encode())
    assert may_hold_sites(("# -*- coding: latin-1 -*-\n" + line).encode("latin-1"))
    assert may_hold_sites(line.encode("utf-16"))
    cells = [{"cell_type": "code", "source": "import os\n" + line, "metadata": {}, "outputs": []}]
    assert may_hold_sites(json.dumps({"cells": cells}).encode(), notebook=True)


@pytest.mark.parametrize(
    "line",
    [
        "x // 2", "x ** 2", "f(256, 128)", "open(path)", "type(x)", "image = path", "x > 0.5", "dropout=0.5,", "stdout.flush()",
        "x = 12551", "meaning = 1", "print(1.2554)", "x[:2]", "x + 1", "self.standard",
    ],
)  # fmt: skip
def test_everyday_code_is_not(line: str) -> None:
    assert not may_hold_sites(line.encode())


def test_words_behind_the_first_lines_are_seen() -> None:
    text = b"x = 1\n" * 5_000
    for line in (b"x.uint8", b"train_loader", b"(x - mean)", b"x / 255", b"x.clamp_()", b"2 * x - 1"):
        assert may_hold_sites(text + line) and may_hold_sites(text + line + b"\n" + text)
    assert not may_hold_sites(text)
    assert names_a_library(text + b"import cv2\n" + text) and not names_a_library(text + b"import CV2\n")


@pytest.mark.parametrize(
    "line",
    [
        "x .  clamp(y)", "x.\\\n  clamp_(y)", "def clamp(x): pass", "class  \\\n Normalize: pass",
        "import os; from a import clamp",
        "from a import (b,\n clamp)", "import c; from a import *; clamp(x)", "x[1].clamp__",
    ],
)  # fmt: skip
def test_words_are_seen_where_they_are_named(line: str) -> None:
    assert may_hold_sites(line.encode())
    other = line.replace("clamp", "clamped").replace("Normalize", "Normalized")
    assert not may_hold_sites(other.encode())


def test_one_look_says_all_that_is_asked() -> None:
    for path in SOURCES[::7]:
        data = path.read_bytes()
        kept, library = may_hold_sites(data), names_a_library(data)
        assert look(data) == Look(kept, library, imports_a_library(data) or (kept and speaks_of_pixels(data)))


def test_encodings_that_hide_words_are_kept() -> None:
    assert may_hold_sites(b"# coding: utf-7\nx = 1\n")


def test_where_hardly_any_file_names_a_library_everyday_words_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text("def transform(x):\n    return x.fit(y)\n")
    (tmp_path / "pixels.py").write_text("def f(x):\n    return x / 255\n")
    for number in range(60):
        (tmp_path / f"settings{number}.json").write_text('{"a": 1}')
    for number in range(30):
        (tmp_path / f"plain{number}.py").write_text("x = 1\n")
    assert Workspace(discover(tmp_path)).kept() == ["pixels.py"]
    (tmp_path / "library.py").write_text("import numpy as np\nx.fit(y)\n")
    assert Workspace(discover(tmp_path)).kept() == ["library.py", "pixels.py"]
    (tmp_path / "plain1.py").write_text("import numpy as np\n")
    assert Workspace(discover(tmp_path)).kept() == ["library.py", "pixels.py", "words.py"]


def test_what_says_pixels_is_kept_anyway() -> None:
    assert names_a_library(b"import cv2") and not names_a_library(b"import os")
    assert speaks_of_pixels(b"x / 255") and speaks_of_pixels(b"(x - mean) / std") and speaks_of_pixels(b"[.5, .5, .5]")
    assert speaks_of_pixels(b"(-1.0, 123.7, 116.3,  # G, B\n  103.5)") and speaks_of_pixels(b"x_std = t.mean")
    assert speaks_of_pixels(b"x[0] -= 103.939") and speaks_of_pixels(b"red = 0.485") and speaks_of_pixels(b"x + 116.28")
    assert not speaks_of_pixels(b"x = 103.939") and not speaks_of_pixels(b"x - 103.0") and not speaks_of_pixels(b"x - 12.485")
    assert not speaks_of_pixels(b"f(max_length=255)") and not speaks_of_pixels(b"mean = 1")
    assert not speaks_of_pixels(b'# What that may mean:\nprint("%s" % x)')
    assert not speaks_of_pixels(b"extent = (-180.0, -90.0, 180.0, 90.0)") and not speaks_of_pixels(b"[0.0, 0.0, 0.0]")
    assert not speaks_of_pixels(b"[400.0, 300.0, 200.0]")


@pytest.mark.parametrize(
    "text",
    [
        b"import numpy as np", b"    from numpy.linalg import norm", b"import os, cv2", b"import os; import cv2",
        b"try: import cv2", b'["import cv2\\n", "x"]',
        b'importlib.import_module("cv2")', b'__import__("cv2")', b'pytest.importorskip("cv2")',
    ],
)  # fmt: skip
def test_an_import_of_a_library_is_seen(text: bytes) -> None:
    assert imports_a_library(b"x = 1\n" + text) and names_a_library(text)


@pytest.mark.parametrize(
    "text", [b"# as numpy does", b'"""Works without importing cv2 or numpy."""', b'raise E("install numpy")', b"import cv"]
)
def test_prose_about_a_library_is_no_import(text: bytes) -> None:
    assert not imports_a_library(text)
