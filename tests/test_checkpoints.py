"""The table of checkpoints: complete, each with a source, found without being parsed as a whole; the command that shows it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from normlint.catalogue.checkpoints import TABLE, Checkpoints, checkpoints
from normlint.catalogue.entries import CatalogueError
from normlint.cli import main

ROOT = Path(__file__).parent.parent
IMAGENET = (0.485, 0.456, 0.406)


def collector() -> ModuleType:
    spec = importlib.util.spec_from_file_location("collect_checkpoints", ROOT / "scripts" / "collect_checkpoints.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_large_and_every_row_has_a_source():
    rows = list(checkpoints())
    assert len({row.name.lower() for row in rows}) == len(rows) >= 4500
    for row in rows:
        assert row.library and len(row.evidence) > 8 and "{" not in row.evidence, row.name
        assert row.low < row.high and row.order in {"RGB", "BGR"}
        assert (row.mean is None) == (row.std is None)
        assert row.std is None or (min(row.std) > 0 and len(row.std) in {1, len(row.mean or ())})


@pytest.mark.parametrize(
    ("name", "mean"),
    [
        ("google/vit-base-patch16-224", (0.5,) * 3),
        ("timm/vit_base_patch16_224", (0.5,) * 3),
        ("timm/resnet50.a1_in1k", IMAGENET),
        ("resnet50_weights.imagenet1k_v2", IMAGENET),
        ("EfficientNet_V2_L_Weights.IMAGENET1K_V1", (0.5,) * 3),
        ("EfficientNet_V2_S_Weights.IMAGENET1K_V1", IMAGENET),
        ("file/efficientnet_v2_s-dd5fe13b.pth", IMAGENET),
        ("facebookresearch/dinov2/dinov2_vits14", IMAGENET),
        ("openai.clip/ViT-B/32", (0.48145466, 0.4578275, 0.40821073)),
        ("pretrainedmodels.xception/imagenet", (0.5,) * 3),
    ],
)
def test_known_checkpoints(name: str, mean: tuple[float, ...]):
    known = checkpoints().find(name)
    assert known is not None and known.stats is not None
    assert known.stats.mean == pytest.approx(mean)


def test_bytes_and_bgr_become_unit_and_rgb():
    known = checkpoints().find("keras.applications.VGG16")
    assert known is not None and known.order == "BGR" and known.stats is not None
    assert known.stats.mean == pytest.approx((123.68 / 255, 116.779 / 255, 103.939 / 255))
    assert known.stats.std == pytest.approx((1 / 255,) * 3)
    detector = checkpoints().find("FasterRCNN_ResNet50_FPN_Weights.COCO_V1")
    assert detector is not None and detector.inside


@pytest.mark.parametrize("name", ["", "resnet", "= timm", "timm/", "resnet50\n", "# What", "vit_base_patch16_22"])
def test_what_is_no_name_is_not_found(name: str):
    assert checkpoints().find(name) is None


@pytest.mark.parametrize("text", ["", "= timm\nx\n", "#\n= timm; none\nx\n"])
def test_a_broken_table_is_named(text: str):
    with pytest.raises(CatalogueError, match=r"checkpoints\.txt"):
        Checkpoints(text).find("x")


def test_the_table_is_what_the_collector_writes():
    module = collector()
    text = TABLE.read_text(encoding="ascii")
    assert module.write(module.read(text)) == text


def test_collecting_nothing_known_changes_nothing(capsys: pytest.CaptureFixture[str]):
    assert collector().main(["tinm"]) == 2
    assert "known are timm" in capsys.readouterr().err


def test_the_table_is_not_read_when_no_checkpoint_is_named(tmp_path: Path):
    (tmp_path / "a.py").write_text("import numpy as np\n\n\ndef show(x):\n    return (x * 255).clip(0, 255).astype(np.uint8)\n")
    code = (
        "from pathlib import Path; from normlint.project import analyze; "
        f"analyze((Path({str(tmp_path)!r}),)); "
        "from normlint.catalogue.checkpoints import checkpoints; print(checkpoints.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("torchvision.transforms.Normalize", "transform: normalize"),
        (".clamp", "low from min"),
        ("vit_base_patch16_224", "mean 0.5, std 0.5"),
        ("fasterrcnn_resnet50_fpn_weights.coco_v1", "not normalized: the network does that itself"),
        ("imagenet", "mean 0.485, 0.456, 0.406"),
        ("LPIPS", "piq.LPIPS"),
    ],
)
def test_the_command_prints_what_is_known_with_its_source(name: str, text: str):
    result = CliRunner().invoke(main, ["catalogue", name])
    assert result.exit_code == 0 and text in result.stdout and "source: " in result.stdout


@pytest.mark.parametrize(("name", "hint"), [("vit_base_patch16_22", "did you mean"), ("no such thing", "it is neither")])
def test_the_command_says_what_it_does_not_know(name: str, hint: str):
    result = CliRunner().invoke(main, ["catalogue", name])
    assert result.exit_code == 2 and hint in result.stderr
