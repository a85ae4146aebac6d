"""Flags in READMEs and shell scripts that say how images are normalized."""

from __future__ import annotations

from pathlib import Path

import pytest

from normlint.documented_flags import DocumentedFlags, conversions, flags, may_document
from normlint.project import analyze

FOUND = {
    "mo --input_model a.onnx --mean_values [123.675,116.28,103.53]": ("mean_values", "mean", (123.675, 116.28, 103.53)),
    "mo --mean_values=data[104,117,123]": ("mean_values", "mean", (104.0, 117.0, 123.0)),
    "mo --scale_values [58.395, 57.12, 57.375]": ("scale_values", "std", (58.395, 57.12, 57.375)),
    "python train.py --mean 0.485 0.456 0.406 --epochs 3": ("mean", "mean", (0.485, 0.456, 0.406)),
    "python train.py --img-std=0.229,0.224,0.225": ("img_std", "std", (0.229, 0.224, 0.225)),
    'tflite_convert --mean_values="127.5"': ("mean_values", "mean", (127.5,)),
    "tflite_convert --std_dev_values=127": ("std_dev_values", "std", (127.0,)),
    "label_image --input_std 255": ("input_std", "std", (255.0,)),
    "run -mean (1 2 3)": ("mean", "mean", (1.0, 2.0, 3.0)),
}
SILENT = (
    "python train.py --scale 4", "python train.py --noise-std 0.1", "python train.py --mean mean.npy", "the-mean 3",
    "a list - mean 3", "--meanwhile 5", "--init_std 0.02", "--mean 50%", "- the mean: 3", "--latent_std 1", "",
)  # fmt: skip


@pytest.mark.parametrize("line", FOUND)
def test_flags_are_found(line: str) -> None:
    (flag,) = flags("README.md", f"# Title\n{line}\n".encode())
    assert (flag.name, flag.label, flag.numbers) == FOUND[line]
    assert flag.place.line == 2
    assert line[flag.place.column - 1] == "-"


CONVERTED = {
    "mo --input_model out/a.onnx --mean_values [1,2,3] --scale_values [4,5,6] -o build": "out/a.onnx",
    "mo -m a.onnx \\\n  --mean_values=x[1,2,3] \\\n  --scale_values=x[4,5,6]": "a.onnx",
    'ovc "a.onnx" --mean_values 1 --scale_values 4 --output_model b.onnx': "a.onnx",
    "tflite_convert --graph_def_file=/tmp/a.pb --mean_values=128 --std_dev_values=127 --output_file=a.tflite": "/tmp/a.pb",
}
OF_CONFIGS = {
    "python tools/export.py configs/a.py a.pth --mean 1 2 3 --std 4 5 6": {"configs/a.py", "a.pth"},
    "python3 infer.py -c a.yml --mean=1,2,3 --std=4,5,6": {"a.yml"},
    "python a.py --mean 1 2 3 --std 4 5 6": set(),
    "python a.py b.py c.yml --mean 1 2 3 --std 4 5 6": set(),
    "mo --config a.yml --mean_values 1 --scale_values 2": set(),
}  # fmt: skip


@pytest.mark.parametrize("command", OF_CONFIGS)
def test_commands_name_the_config(command: str) -> None:
    assert {conversion.text for conversion in conversions("README.md", command.encode())} == OF_CONFIGS[command]


NOT_CONVERTED = (
    "mo --input_model a.onnx --mean_values [1,2,3]", "mo --mean_values [1,2,3] --scale_values [4,5,6]",
    "mo --input_model a.onnx --output_dir b\nmo --mean_values 1 --scale_values 2",
    "run a.onnx b.onnx --mean_values 1 --scale_values 2", "python train.py --mean 0.5 --std 0.5 --save a.pth",
)  # fmt: skip


@pytest.mark.parametrize("command", CONVERTED)
def test_conversions_name_the_model(command: str) -> None:
    (conversion,) = conversions("README.md", f"```\n{command}\n```\n".encode())
    assert conversion.text == CONVERTED[command]
    assert (conversion.mean[0], conversion.std[0]) in {(1.0, 4.0), (128.0, 127.0)}


@pytest.mark.parametrize("command", NOT_CONVERTED)
def test_other_commands_convert_nothing(command: str) -> None:
    assert not list(conversions("README.md", command.encode()))


@pytest.mark.parametrize("line", SILENT)
def test_other_words_are_no_flags(line: str) -> None:
    assert not list(flags("README.md", line.encode()))


def test_long_lines_and_large_texts_are_left_out() -> None:
    assert not list(flags("a.sh", b"--mean 1 " * 1000))
    assert not may_document(b"--mean 1\n" * 200_000)


def test_a_default_is_replaced_by_another_value_only() -> None:
    texts = {"README.md": b"train.py --mean 0.5 0.5 0.5", "run.sh": b"train.py --std 1"}
    lines = DocumentedFlags(tuple(texts), texts.get)
    assert lines.replaces("mean", (0.485, 0.456, 0.406))
    assert not lines.replaces("mean", (0.5, 0.5, 0.5))
    assert not lines.replaces("other", (0.5,))


TRAIN = """
import argparse
from torchvision import transforms

parser = argparse.ArgumentParser()
parser.add_argument("--mean", type=float, nargs=3, default=[0.485, 0.456, 0.406])
args = parser.parse_args()
normalize = transforms.Normalize(args.mean, (1, 1, 1))
"""


def test_a_documented_flag_makes_the_default_unknown(tmp_path: Path) -> None:
    (tmp_path / "normlint.toml").touch()
    (tmp_path / "train.py").write_text(TRAIN)

    def mean() -> object:
        return next(site.mean for site in analyze((tmp_path,)).sites if site.kind == "normalize")

    assert mean() == (0.485, 0.456, 0.406)
    (tmp_path / "README.MD").write_text("Run `python train.py --mean 0.5 0.5 0.5`.\n")
    assert mean() is None
