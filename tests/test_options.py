"""Defaults of command-line options and entries of config objects: which of them reach a Normalize, and as what."""

from __future__ import annotations

from pathlib import Path

import pytest

from normlint.project import analyze

PARSER = "import argparse\nparser = argparse.ArgumentParser()\n"
MEAN = (0.1, 0.2, 0.3)
OPTION = "parser.add_argument('--mean', default=[0.1, 0.2, 0.3])"
ARGS = "parser.parse_args().mean"
SOURCES = {
    "a list": (PARSER, "parser.add_argument('--mean', type=float, nargs='+', default=[0.1, 0.2, 0.3])", ARGS),
    "long option": (PARSER, "parser.add_argument('-m', '--img-mean', default=(0.1, 0.2, 0.3))", "parser.parse_args().img_mean"),
    "dest": (PARSER, "parser.add_argument('--x', dest='mean', default=(0.1, 0.2, 0.3))", ARGS),
    "converted": (PARSER, "parser.add_argument('--mean', type=lambda t: [float(p) for p in t.split(',')], default='0.1,0.2,0.3')",
                  ARGS),
    "split later": (PARSER, "parser.add_argument('--mean', default='0.1 0.2 0.3')",
                    "[float(part) for part in parser.parse_args().mean.split()]"),
    "group": (PARSER, "parser.add_argument_group('a').add_argument('--mean', default=[0.1, 0.2, 0.3])", ARGS),
    "set_defaults": (PARSER, "parser.set_defaults(mean=[0.1, 0.2, 0.3])", ARGS),
    "known": (PARSER, f"{OPTION}\nargs, rest = parser.parse_known_args()", "args.mean"),
    "vars": (PARSER, OPTION, "vars(parser.parse_args())['mean']"),
    "__dict__": (PARSER, OPTION, "dict(parser.parse_args().__dict__)['mean']"),
    "parents": (PARSER, OPTION,
                "argparse.ArgumentParser(parents=[parser]).parse_args().mean"),
    "changed": (PARSER, f"{OPTION}\na = parser.parse_args()\na.mean = [n / 10 for n in (1, 2, 3)]", "a.mean"),
    "helper": (PARSER, f"def add(parser):\n    {OPTION}\n    return parser", "add(parser).parse_args().mean"),
    "subclass": ("import argparse\nclass P(argparse.ArgumentParser):\n    def __init__(self):\n        super().__init__()\n"
                 "        self.add_argument('--mean', default=[0.1, 0.2, 0.3])\n", "", "P().parse_args().mean"),
    "namespace": ("import argparse\n", "args = argparse.Namespace(mean=[0.1, 0.2, 0.3])", "args.mean"),
    "typed": ("from tap import Tap\nclass A(Tap):\n    mean: list = [0.1, 0.2, 0.3]\n", "", "A().parse_args().mean"),
    "data class": ("import tyro\nfrom dataclasses import dataclass, field\n@dataclass\nclass A:\n"
                   "    mean: list = field(default_factory=lambda: [0.1, 0.2, 0.3])\n", "", "tyro.cli(A).mean"),
    "parser of data classes": (
        "from transformers import HfArgumentParser\nfrom dataclasses import dataclass\n@dataclass\nclass A:\n"
        "    mean: tuple = (0.1, 0.2, 0.3)\n", "(a,) = HfArgumentParser(A).parse_args_into_dataclasses()", "a.mean"),
    "yacs": ("from yacs.config import CfgNode as CN\n_C = CN()\n_C.INPUT = CN()\n_C.INPUT.MEAN = [0.1, 0.2, 0.3]\n",
             "cfg = _C.clone()", "cfg.INPUT.MEAN"),
    "easydict": ("from easydict import EasyDict\ncfg = EasyDict()\ncfg.MEAN = [0.1, 0.2, 0.3]\n", "", "cfg['MEAN']"),
}  # fmt: skip
UNKNOWN = {
    "no default": (PARSER, "parser.add_argument('--mean', type=float, nargs=3)", ARGS),
    "None": (PARSER, "parser.add_argument('--mean', default=None)", ARGS),
    "given": (PARSER, OPTION, "parser.parse_args(['--mean', '1']).mean"),
    "replaced": (PARSER, f"{OPTION}\nparser.set_defaults(**read())",
                 ARGS),
    "updated": (PARSER, f"{OPTION}\nargs = parser.parse_args()\nvars(args).update(read())", "args.mean"),
    "set by name": (PARSER, f"{OPTION}\nargs = parser.parse_args()\nfor k, v in read().items():\n    setattr(args, k, v)",
                    "args.mean"),
    "flag": (PARSER, "parser.add_argument('--mean', action='store_true', default=[1, 1, 1])", ARGS),
    "another parser": (PARSER, OPTION, "argparse.ArgumentParser().parse_args().mean"),
    "no parser": ("class Parser:\n    def add_argument(self, *a, **k): pass\n    def parse_args(self): return read()\n"
                  "parser = Parser()\n", OPTION, ARGS),
    "copied before": ("from yacs.config import CfgNode as CN\n_C = CN()\n_C.A = CN()\n",
                      "cfg = _C.clone()\n_C.A.MEAN = [1, 1, 1]", "cfg.A.MEAN"),
}  # fmt: skip


def mean_of(source: tuple[str, str, str], folder: Path) -> object:
    head, middle, value = source
    text = f"from torchvision.transforms import Normalize\n{head}{middle}\nnormalize = Normalize({value}, (1, 1, 1))\n"
    (folder / "a.py").write_text(text, encoding="utf-8")
    (site,) = [site for site in analyze((folder,)).sites if site.kind == "normalize"]
    return site.mean


@pytest.mark.parametrize("name", SOURCES)
def test_a_default_is_followed(name: str, tmp_path: Path) -> None:
    assert mean_of(SOURCES[name], tmp_path) == MEAN


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_no_default_stays_unknown(name: str, tmp_path: Path) -> None:
    assert mean_of(UNKNOWN[name], tmp_path) is None


CHOSEN = """
import argparse
from torchvision.transforms import Normalize

parser = argparse.ArgumentParser()
parser.add_argument("--rgb_range", type=int, default=255)
parser.add_argument("--mean", default=[0.1, 0.2, 0.3])
args = parser.parse_args()
if args.dataset == "a":
    args.mean, args.std = [0.4, 0.4, 0.5], [0.6, 0.6, 0.7]
elif args.dataset == "b":
    args.mean, args.std = [0.8], [0.9]
if args.rgb_range == 255:
    first = Normalize(args.mean, args.std)
else:
    second = Normalize(args.mean, args.std)
if args.dataset == "b":
    third = Normalize(args.mean, args.std)
"""


def test_no_branch_is_decided_by_a_default_and_conditions_stay_together(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CHOSEN, encoding="utf-8")
    found: dict[int, set[tuple[object, object]]] = {}
    for observation in analyze((tmp_path,)).facts.observations("normalize"):
        assert not observation.helper
        found.setdefault(observation.place.line, set()).add((observation.mean, observation.std))
    chosen = {((0.4, 0.4, 0.5), (0.6, 0.6, 0.7)), ((0.8,), (0.9,))}
    assert chosen <= found[14] == found[16]
    assert ((0.4, 0.4, 0.5), (0.9,)) not in found[14]
    assert found[18] == {((0.8,), (0.9,))}


CONFIGS = {
    "conf/a.yaml": "data: &d\n  mean: [0.1, 0.2, 0.3]\nother: {<<: *d, name: x}\nvalue: ${data.mean}\n",
    "conf/b.json": '{"mean": [0.1, 0.2, 0.3]} // with a comment\n',
    "conf/c.py": "norm = dict(mean=[0.1, 0.2, 0.3])\n",
    "conf/d.yaml": "n: {_target_: torchvision.transforms.Normalize, mean: [0.1, 0.2, 0.3], std: [1, 1, 1]}\n",
}
LOADED = {
    "safe_load": "yaml.safe_load(open('conf/a.yaml'))['data']['mean']",
    "load": "yaml.load(open('./conf/a.yaml').read(), Loader=yaml.FullLoader)['other']['mean']",
    "OmegaConf": "OmegaConf.load('conf/a.yaml').value",
    "merged": "OmegaConf.merge(OmegaConf.load('conf/a.yaml'), OmegaConf.from_cli()).data.mean",
    "joined": "yaml.safe_load(open(os.path.join(os.path.dirname(__file__), 'conf', 'a.yaml')))['data']['mean']",
    "path": "yaml.safe_load((Path(__file__).parent / 'conf' / 'a.yaml').read_text())['data']['mean']",
    "json": "json.load(open('conf/b.json'))['mean']",
    "python": "Config.fromfile('conf/c.py').norm.mean",
    "module": "importlib.import_module('conf.c').norm['mean']",
    "helper": "load('conf/a.yaml').data.mean",
}
HEAD = """
import importlib
import json
import os
from pathlib import Path

import yaml
from easydict import EasyDict
from hydra.utils import instantiate
from mmengine.config import Config
from omegaconf import OmegaConf
from torchvision.transforms import Normalize

def load(path):
    with open(path) as file:
        return EasyDict(yaml.safe_load(file))

"""


def configured(tail: str, folder: Path) -> object:
    (folder / "conf").mkdir()
    for path, text in CONFIGS.items():
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "a.py").write_text(HEAD + tail, encoding="utf-8")
    (site,) = [site for site in analyze((folder,)).sites if site.kind == "normalize"]
    return site.mean


@pytest.mark.parametrize("name", LOADED)
def test_a_file_is_loaded(name: str, tmp_path: Path) -> None:
    assert configured(f"normalize = Normalize({LOADED[name]}, (1, 1, 1))\n", tmp_path) == MEAN


def test_a_target_is_built(tmp_path: Path) -> None:
    assert configured("normalize = instantiate(OmegaConf.load('conf/d.yaml').n)\n", tmp_path) == MEAN


@pytest.mark.parametrize("name", ["conf/none.yaml", "../conf/a.yaml", "/conf/a.yaml"])
def test_a_file_that_is_not_there_is_unknown(name: str, tmp_path: Path) -> None:
    assert configured(f"normalize = Normalize(OmegaConf.load('{name}').other.values, (1, 1, 1))\n", tmp_path) is None
