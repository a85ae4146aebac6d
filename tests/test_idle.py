"""In a project that hardly names an image library, a module without one is evaluated only when something reads it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from normlint import attempt
from normlint.cache import Store
from normlint.evaluate.machine import Machine
from normlint.import_lines import imports_in
from normlint.project import Settings, analyze
from normlint.report.json_output import check_json, sites_json
from normlint.workspace import Workspace

PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"
OPS = "import numpy as np\n\n\ndef scale(x):\n    return np.asarray(x) / 255\n"
# Twice scaled: where the helper is followed, it divides what is in 0..1 already.
TWICE = "import cv2\n{imports}\n\n\ndef load(path):\n    image = cv2.imread(path) / 255\n    return {call}(image)\n"


def outputs(root: Path, store: Path | None = None, jobs: int = 1) -> tuple[str, str]:
    kept = Store(root, store) if store is not None else None
    found = analyze((root,), Settings(jobs=jobs), root=root, store=kept, with_facts=False)
    return check_json(found), sites_json(found)


def never(run: Machine, read: Callable[[str], bytes | None]) -> Callable[[str], bool]:
    return lambda path: False


def put(root: Path, files: dict[str, str], fill: int = 90) -> Path:
    """A project of these files among many that have nothing to do with images."""
    for name, text in {**files, **{f"zz/plain{number}.py": "VALUE = 1\n" for number in range(fill)}}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def lowered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are lowered."""
    paths: list[str] = []
    original = Workspace._lowered

    def noting(workspace: Workspace, path: str) -> object:
        paths.append(path)
        return original(workspace, path)

    monkeypatch.setattr(Workspace, "_lowered", noting)
    return paths


def test_only_what_is_read_is_lowered(tmp_path: Path, lowered: list[str]) -> None:
    package = {f"lib/part{number}.py": f"from lib.part{number + 1} import thing\n\nthing = thing\n" for number in range(40)}
    package["lib/__init__.py"] = "from lib.part0 import thing\nfrom lib.sizes import SIZE\n"
    package["lib/sizes.py"] = "import lib.part1\nfrom lib.part2 import thing as other\n\nSIZE = 224\n"
    main = "import cv2\nimport lib.part9\nfrom lib import SIZE, thing\n\nimage = cv2.imread('a.png') / 255\nimage.resize(SIZE)\n"
    outputs(put(tmp_path, {**package, "main.py": main}))
    assert sorted(lowered) == ["lib/__init__.py", "lib/sizes.py", "main.py"]


def test_where_files_name_image_libraries_all_that_is_imported_is_evaluated(tmp_path: Path, lowered: list[str]) -> None:
    files = {"main.py": "import cv2\nimport glue\n\nimage = cv2.imread('a.png') / 255\n",
     "glue.py": "import other\n", "other.py": ""}
    outputs(put(tmp_path, files, fill=1))
    assert sorted(lowered) == ["glue.py", "main.py", "other.py"]


@pytest.mark.parametrize(
    ("glue", "imports", "call"),
    [
        ({}, "from ops import scale", "scale"),
        # Handed on, under another name, by a package, by several, by a star, by one condition or the other.
        ({"glue.py": "from ops import scale\n"}, "from glue import scale", "scale"),
        ({"glue.py": "from ops import scale as change\n"}, "from glue import change as do", "do"),
        ({"glue/__init__.py": "from .inner import scale\n", "glue/inner.py": "from ops import scale\n"},
         "from glue import scale", "scale"),
        ({"glue/__init__.py": "", "glue/inner.py": "from ops import *\n"}, "from glue import inner", "inner.scale"),
        ({"glue.py": "import ops as inner\n"}, "import glue", "glue.inner.scale"),
        ({"glue.py": "import ops\n"}, "from glue import *", "ops.scale"),
        ({"glue.py": "if x:\n    from ops import scale\nelse:\n    from zz.plain1 import VALUE as scale\n"},
         "import glue", "glue.scale"),
        ({"glue.py": "try:\n    from ops import scale\nexcept ImportError:\n    scale = None\n"}, "import glue", "glue.scale"),
        ({"glue.py": "class Tools:\n    from ops import scale as by\n"}, "from glue import Tools", "Tools.by"),
        # Called by what does nothing itself.
        ({"glue.py": "import ops\n\n\ndef run(x):\n    return ops.scale(x)\n"}, "from glue import run", "run"),
        # Registered by a module that is imported for nothing else: with a statement, a decorator, a call.
        ({"table.py": "TABLE = {}\n", "fill.py": "from table import TABLE\nfrom ops import scale\n\nTABLE['a'] = scale\n"},
         "import fill\nfrom table import TABLE", "TABLE['a']"),
        ({"table.py": "class Table:\n    pass\n\n\ntable = Table()\n",
         "fill.py": "import ops\nfrom table import table\n\ntable.do = ops.scale\n"},
         "import fill\nfrom table import table", "table.do"),
        ({"table.py": "TABLE = {}\n\n\ndef add(name):\n    def keep(function):\n        TABLE[name] = function\n"
         "        return function\n    return keep\n",
          "fill.py": "import numpy as np\nfrom table import add\n\n\n@add('b')\ndef shrink(x):\n    return x / 255\n"},
         "import fill\nfrom table import TABLE", "TABLE['b']"),
        # Found in a folder that the program adds to the path.
        ({"far/away.py": "from near import scale\n", "far/near.py": "from ops import scale\n"},
         "import sys\nsys.path.insert(0, 'far')\nfrom away import scale", "scale"),
    ],
)  # fmt: skip
def test_what_is_found_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, glue: dict[str, str], imports: str, call: str
) -> None:
    root = put(tmp_path, {"ops.py": OPS, "main.py": TWICE.format(imports=imports, call=call), **glue})
    found = outputs(root)
    monkeypatch.setattr(attempt, "Idle", never)
    assert _without_counts(found) == _without_counts(outputs(root))
    assert '"NL' in found[0]


def _without_counts(found: tuple[str, str]) -> list[str]:
    return [line for text in found for line in text.splitlines() if "files_with_image_code" not in line]


@pytest.mark.parametrize(
    "name", ["order_into_helper", "registry", "reexport", "star_import", "inherited_configs", "dispatch_table", "name_chain"]
)
def test_projects_among_many_other_files_say_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    shutil.copytree(PROJECTS / name, root)
    put(root, {}, fill=40 * sum(1 for _ in root.rglob("*.py")))
    found = outputs(root)
    monkeypatch.setattr(attempt, "Idle", never)
    assert _without_counts(found) == _without_counts(outputs(root))


def test_modules_that_import_a_name_from_each_other_end(tmp_path: Path) -> None:
    files = {"one.py": "from two import thing\n", "two.py": "from one import thing\n"}
    main = TWICE.format(imports="from one import thing", call="thing")
    found = outputs(put(tmp_path, {"ops.py": OPS, "main.py": main, **files}))
    assert "NL902" not in found[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("glue.py", "from ops import scale\n\nVALUE = 1\n"),  # imports what counts from now on
        ("glue.py", "from zz.plain1 import VALUE\n"),
        ("zz/plain1.py", "import numpy as np\n\nVALUE = np.float32(1) / 255\n"),  # counts from now on
        ("ops.py", "def scale(x):\n    return x\n"),  # counts no more
        ("main.py", TWICE.format(imports="from glue import VALUE\nfrom ops import scale", call="(lambda x: scale(x * VALUE))")),
    ],
)
def test_a_run_after_a_change_says_what_a_run_without_a_cache_says(tmp_path: Path, name: str, text: str) -> None:
    main = TWICE.format(imports="from glue import VALUE, run\nfrom ops import scale", call="scale")
    glue = "from zz.plain1 import VALUE\nfrom zz.plain2 import VALUE as run\n"
    root = put(tmp_path / "project", {"ops.py": OPS, "main.py": main, "glue.py": glue})
    outputs(root, tmp_path / "cache")
    (root / name).write_text(text)
    os.utime(root / name, ns=(1, 1))
    for jobs in (1, 2):
        assert outputs(root, tmp_path / "cache", jobs) == outputs(root)


def test_which_files_count_decides_in_what_order_all_others_are_read(tmp_path: Path, lowered: list[str]) -> None:
    root = put(tmp_path / "project", {"ops.py": OPS, "main.py": TWICE.format(imports="from ops import scale", call="scale")})
    outputs(root, tmp_path / "cache")
    lowered.clear()
    (root / "zz/plain1.py").write_text("import numpy\n")
    outputs(root, tmp_path / "cache")
    assert lowered == ["zz/plain1.py"]  # the forms of the others are still known
    assert outputs(root, tmp_path / "cache") == outputs(root)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import a, b.c as d", [("a", 0), ("b.c", 0)]),
        ("from a.b import c as d, e  # f", [("a.b", 0), ("a.b.c", 0), ("a.b.e", 0)]),
        ("    from .. import (a,  # one\n        b)\n", [("", 2), ("a", 2), ("b", 2)]),
        ("from .a import *", [("a", 1)]),
        ("from.a import b", [("a", 1), ("a.b", 1)]),
        ("from . a import \\\n    b", [("a", 1), ("a.b", 1)]),
        ("imported = 1\nfrom_a = 2\n# import a\n", []),
    ],
)
def test_imports_are_read_off_the_text(text: str, found: list[tuple[str, int]]) -> None:
    assert list(imports_in(text.encode())) == found
