"""What the evaluator works out for small programs: the kind and the map of the site on one line, casts, ranges."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normlint.project import analyze
from normlint.sites import Site

# `t` is a picture in 0..1 as float tensor, `a` one in 0..255 as bytes, `f` the same as float array.
BEFORE = """\
import cv2
import numpy as np
import torch
import torch.nn as nn
import torchvision.transforms as T
import torchvision.transforms.functional as TF
from PIL import Image
mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
half = (0.5, 0.5, 0.5)
t = T.ToTensor()(Image.open("picture.png").convert("RGB"))
a = cv2.cvtColor(cv2.imread("picture.png"), cv2.COLOR_BGR2RGB)
f = a.astype(np.float32)
"""
FIRST = BEFORE.count("\n")
ONE_OVER = (1 / 0.229, 1 / 0.224, 1 / 0.225)
SHIFT = (-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225)
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
IMAGENET = ("normalize", ONE_OVER, SHIFT)
INVERSE = ("denormalize", STD, MEAN)
HALF = ("normalize", (2.0,), (-1.0,))
UNDO_HALF = ("denormalize", (0.5,), (0.5,))
LEVELS = ("denormalize", (127.5,), (127.5,))


@cache
def sites_of(body: str) -> tuple[Site, ...]:
    """The sites of a program; their lines count from its first line, after the names above."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(BEFORE + body, encoding="utf-8")
        analysis = analyze((path,))
    assert not analysis.findings or all(finding.code != "NL902" for finding in analysis.findings), analysis.findings
    return analysis.sites


def sites_on(body: str, line: int) -> list[Site]:
    return [site for site in sites_of(body) if site.place.line == FIRST + line]


def width(site: Site) -> tuple[int, int]:
    return (site.place.end_line - site.place.line, site.place.end_column - site.place.column)


def site_at(body: str, line: int, kind: str) -> Site:
    found = [site for site in sites_on(body, line) if site.kind == kind]
    assert found, [(site.place.line - FIRST, site.kind, site.scale, site.offset) for site in sites_of(body)]
    widest = max(found, key=width)  # parts of an expression may be sites as well
    assert all(site.place.column >= widest.place.column and width(site) < width(widest) for site in found if site != widest)
    return widest


def same(found: tuple[float, ...] | None, wanted: tuple[float, ...]) -> bool:
    if found is None:
        return False
    length = max(len(found), len(wanted))
    wide = [numbers * length if len(numbers) == 1 else numbers for numbers in (found, wanted)]
    return wide[0] == pytest.approx(wide[1], rel=1e-6, abs=1e-9)


OPERATORS = [
    ("y = (t - 0.5) / 0.5", 1, *HALF),
    ("y = t * 2 - 1", 1, *HALF),
    ("y = -1 + t * 2", 1, *HALF),
    ("y = 2 * (t - 0.5)", 1, *HALF),
    ("y = (t - 0.5) * 2.0", 1, *HALF),
    ("y = (0.5 - t) / -0.5", 1, *HALF),
    ("y = -(0.5 - t) / 0.5", 1, *HALF),
    ("y = +t * 2 - 1", 1, *HALF),
    ("y = t / 0.5 - 1.0", 1, *HALF),
    ("y = f / 127.5 - 1", 1, "normalize", (1 / 127.5,), (-1.0,)),
    ("y = (f - 127.5) / 127.5", 1, "normalize", (1 / 127.5,), (-1.0,)),
    ("y = (f - 127.5) * 0.0078125", 1, "normalize", (0.0078125,), (-0.99609375,)),
    ("y = f / 255", 1, "to_unit", (1 / 255,), (0.0,)),
    ("y = f * (1 / 255)", 1, "to_unit", (1 / 255,), (0.0,)),
    ("y = f * (1.0 / 255.0) * 2 - 1", 1, "normalize", (2 / 255,), (-1.0,)),
    ("y = f / 2 ** 8", 1, "to_unit", (1 / 256,), (0.0,)),
    ("y = f / (256 - 1)", 1, "to_unit", (1 / 255,), (0.0,)),
    ("y = t * 255", 1, "scale", (255.0,), (0.0,)),
    ("y = 255.0 * t", 1, "scale", (255.0,), (0.0,)),
    ("def back(x):\n    return (x + 1) / 2", 2, *UNDO_HALF),
    ("def back(x):\n    return x * 0.5 + 0.5", 2, *UNDO_HALF),
    ("def back(x):\n    return 0.5 * x + 0.5", 2, *UNDO_HALF),
    ("def back(x):\n    return (x + 1) * 0.5", 2, *UNDO_HALF),
    ("def back(x):\n    return (x + 1) * 127.5", 2, *LEVELS),
    ("def back(x):\n    return (x / 2 + 0.5) * 255", 2, *LEVELS),
    ("def back(x):\n    return 127.5 * x + 128", 2, "denormalize", (127.5,), (128.0,)),
    ("def back(x, mean=0.5, std=0.25):\n    return x * std + mean", 2, "denormalize", (0.25,), (0.5,)),
]
TORCH_FUNCTIONS = [
    ("y = torch.sub(torch.mul(t, 2), 1)", 1, *HALF),
    ("y = torch.div(torch.sub(t, 0.5), 0.5)", 1, *HALF),
    ("y = torch.add(torch.mul(t, 2), -1)", 1, *HALF),
    ("y = torch.subtract(torch.multiply(t, 2), 1)", 1, *HALF),
    ("y = torch.true_divide(t - 0.5, 0.5)", 1, *HALF),
    ("y = np.divide(np.subtract(f, 127.5), 127.5)", 1, "normalize", (1 / 127.5,), (-1.0,)),
    ("y = np.subtract(np.multiply(f, 1 / 127.5), 1.0)", 1, "normalize", (1 / 127.5,), (-1.0,)),
    ("y = np.add(np.true_divide(f, 127.5), -1.0)", 1, "normalize", (1 / 127.5,), (-1.0,)),
]
METHODS = [
    ("y = t.sub(0.5).div(0.5)", 1, *HALF),
    ("y = t.mul(2).sub(1)", 1, *HALF),
    ("y = t.mul(2).add(-1)", 1, *HALF),
    ("y = t.clone().sub_(0.5).div_(0.5)", 1, *HALF),
    ("y = t.clone().mul_(2.0).sub_(1.0)", 1, *HALF),
    ("y = t.mul(255).add(0.5)", 1, "scale", (255.0,), (0.5,)),
    ("def back(x):\n    return x.mul(0.5).add(0.5)", 2, *UNDO_HALF),
    ("def back(x):\n    return x.detach().cpu().mul(0.5).add(0.5).permute(1, 2, 0)", 2, *UNDO_HALF),
    ("def back(x):\n    return x.add(1).div(2).mul(255)", 2, *LEVELS),
]
AUGMENTED = [
    ("y = f.copy()\ny /= 255", 2, "to_unit", (1 / 255,), (0.0,)),
    ("y = t.clone()\ny *= 255", 2, "scale", (255.0,), (0.0,)),
    ("y = f / 255\ny -= np.array(mean)\ny /= np.array(std)", 2, "normalize", (1.0,), tuple(-m for m in MEAN)),
    ("y = f / 255\ny -= np.array(mean)\ny /= np.array(std)", 3, "normalize", ONE_OVER, (0.0,)),
    ("y = t * 2\ny -= 1", 2, "normalize", (1.0,), (-1.0,)),
    ("y = t.clone()\ny.mul_(2)\ny.sub_(1)", 3, "normalize", (1.0,), (-1.0,)),
    ("y = t.clone()\nz = y.mul_(2).sub_(1)", 2, *HALF),
]
CONSTANTS = [
    ("y = (t - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)", 1, *IMAGENET),
    ("y = (t - torch.tensor(mean).view(-1, 1, 1)) / torch.tensor(std).view(-1, 1, 1)", 1, *IMAGENET),
    ("y = (t - torch.tensor(mean).view(1, 3, 1, 1)) / torch.tensor(std).view(1, 3, 1, 1)", 1, *IMAGENET),
    ("y = (t - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)", 1, *IMAGENET),
    ("y = (t - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]", 1, *IMAGENET),
    ("y = (t - torch.as_tensor(mean)[:, None, None]) / torch.as_tensor(std)[:, None, None]", 1, *IMAGENET),
    ("y = (t - torch.FloatTensor(mean).view(3, 1, 1)) / torch.FloatTensor(std).view(3, 1, 1)", 1, *IMAGENET),
    ("m = torch.tensor(mean).unsqueeze(1).unsqueeze(2)\ns = torch.tensor(std).unsqueeze(1).unsqueeze(2)\n"
     "y = (t - m) / s", 3, *IMAGENET),
    ("m = torch.from_numpy(np.array(mean)).view(3, 1, 1)\ny = (t - m) / torch.tensor(std).view(3, 1, 1)", 2, *IMAGENET),
    ("y = (f / 255 - np.array(mean)) / np.array(std)", 1, "normalize",
     tuple(1 / 255 / s for s in STD), SHIFT),
    ("y = (f / 255.0 - mean) / std", 1, "normalize", tuple(1 / 255 / s for s in STD), SHIFT),
    ("y = (f / 255 - np.asarray(mean, dtype=np.float32)) / np.float32(std)", 1, "normalize",
     tuple(1 / 255 / s for s in STD), SHIFT),
    ("y = (f / 255 - np.array([0.485, 0.456, 0.406])[None, None, :]) / np.array(std)[None, None]", 1, "normalize",
     tuple(1 / 255 / s for s in STD), SHIFT),
    ("y = (f - [123.675, 116.28, 103.53]) / [58.395, 57.12, 57.375]", 1, "normalize",
     tuple(1 / 255 / s for s in STD), SHIFT),
    ("y = (f - np.array(mean) * 255) / (np.array(std) * 255)", 1, "normalize", tuple(1 / 255 / s for s in STD), SHIFT),
    ("y = T.Normalize([0.5] * 3, [0.5] * 3)(t)", 1, *HALF),
    ("y = T.Normalize((0.5,), (0.5,))(t)", 1, *HALF),
    ("y = T.Normalize(mean=half, std=half)(t)", 1, *HALF),
    ("y = T.Normalize(std=std, mean=mean)(t)", 1, *IMAGENET),
    ("y = T.Normalize(*(mean, std))(t)", 1, *IMAGENET),
    ("y = T.Normalize(**dict(mean=mean, std=std))(t)", 1, *IMAGENET),
    ("y = T.Normalize(**{'mean': mean, 'std': std})(t)", 1, *IMAGENET),
    ("stats = {'mean': mean, 'std': std}\ny = T.Normalize(stats['mean'], stats['std'])(t)", 2, *IMAGENET),
    ("stats = {'imagenet': (mean, std), 'half': (half, half)}\ny = T.Normalize(*stats['half'])(t)", 2, *HALF),
    ("stats = {'a': {'mean': mean, 'std': std}}\ny = T.Normalize(stats['a']['mean'], stats['a']['std'])(t)", 2, *IMAGENET),
    ("stats = {'mean': mean, 'std': std}\ny = T.Normalize(stats.get('mean'), stats.get('std'))(t)", 2, *IMAGENET),
    ("y = T.Normalize([x / 255 for x in [123.675, 116.28, 103.53]], [x / 255.0 for x in [58.395, 57.12, 57.375]])(t)",
     1, *IMAGENET),
    ("undo = T.Normalize([-m / s for m, s in zip(mean, std)], [1 / s for s in std])\ny = undo(T.Normalize(mean, std)(t))",
     1, "normalize", STD, MEAN),
    ("class C:\n    MEAN = [0.485, 0.456, 0.406]\n    STD = [0.229, 0.224, 0.225]\ny = T.Normalize(C.MEAN, C.STD)(t)",
     4, *IMAGENET),
    ("def norm(x, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)):\n    return TF.normalize(x, mean, std)\ny = norm(t)",
     2, *IMAGENET),
    ("y = T.Normalize(list(mean), tuple(std))(t)", 1, *IMAGENET),
    ("y = T.Normalize(np.array(mean).tolist(), np.array(std).tolist())(t)", 1, *IMAGENET),
    ("m, s = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)\ny = T.Normalize(m, s)(t)", 2, *HALF),
    ("y = T.Normalize(mean[::-1], std[::-1])(t)", 1, "normalize", ONE_OVER[::-1], SHIFT[::-1]),
    ("y = T.Normalize(mean + [], std[:])(t)", 1, *IMAGENET),
    ("y = T.Normalize([mean[0], mean[1], mean[2]], [float(v) for v in std])(t)", 1, *IMAGENET),
    ("y = TF.normalize(t, mean, std)", 1, *IMAGENET),
    ("y = TF.normalize(t, mean=half, std=half, inplace=True)", 1, *HALF),
]
PIPELINES = [
    ("tf = T.Compose([T.ToTensor(), T.Normalize(mean, std)])", 1, *IMAGENET),
    ("tf = T.Compose([T.Compose([T.ToTensor()]), T.Compose([T.Normalize(mean, std)])])", 1, *IMAGENET),
    ("steps = [T.ToTensor()]\nsteps.append(T.Normalize(mean, std))\ntf = T.Compose(steps)", 2, *IMAGENET),
    ("steps = [T.ToTensor()]\nsteps += [T.Normalize(half, half)]\ntf = T.Compose(steps)", 2, *HALF),
    ("steps = [T.ToTensor()]\nsteps.extend([T.Normalize(half, half)])\ntf = T.Compose(steps)", 2, *HALF),
    ("tf = T.Compose([T.ToTensor()] + [T.Normalize(half, half)])", 1, *HALF),
    ("tf = T.Compose([\n    T.ToTensor(),\n    T.Lambda(\n        lambda x: x * 2 - 1)])", 4, *HALF),
    ("def double(x):\n    return x * 2 - 1\ntf = T.Compose([T.ToTensor(), T.Lambda(double)])\ny = tf(Image.open('b.png'))",
     2, *HALF),
    ("tf = nn.Sequential(T.Resize(9), T.Normalize(mean, std))\ny = tf(t)", 1, *IMAGENET),
    ("norm = T.Normalize(mean, std)\ntf = T.Compose([T.ToTensor(), norm])", 1, *IMAGENET),
]
STRUCTURE = [
    ("class Net(nn.Module):\n    def __init__(self):\n        self.mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)\n"
     "        self.std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)\n"
     "    def forward(self, x):\n        return (x - self.mean) / self.std\n", 6, *IMAGENET),
    ("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
     "        self.register_buffer('mean', torch.tensor(mean).view(1, 3, 1, 1))\n"
     "        self.register_buffer('std', torch.tensor(std).view(1, 3, 1, 1))\n"
     "    def forward(self, x):\n        return (x - self.mean) / self.std\n", 7, *IMAGENET),
    ("class Net:\n    def __init__(self, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)):\n"
     "        self.mean, self.std = mean, std\n"
     "    def back(self, x):\n        return TF.normalize(x, self.mean, self.std)\n", 5, *HALF),
    ("def stats():\n    return mean, std\nm, s = stats()\ny = TF.normalize(t, m, s)", 4, *IMAGENET),
    ("def stats(name='imagenet'):\n    return {'imagenet': mean, 'half': half}[name]\ny = TF.normalize(t, stats(), std)",
     3, *IMAGENET),
    ("def norm(x, mean, std):\n    return (x - mean) / std\ny = norm(t, 0.5, 0.5)", 2, *HALF),
    ("def norm(x, mean, std):\n    return (x - mean) / std\ny = norm(t, std=0.5, mean=0.5)", 3, *HALF),
    ("def norm(x, *stats):\n    return TF.normalize(x, *stats)\ny = norm(t, half, half)", 2, *HALF),
    ("def norm(x, **stats):\n    return TF.normalize(x, **stats)\ny = norm(t, mean=half, std=half)", 2, *HALF),
    ("norm = lambda x: (x - 0.5) / 0.5\ny = norm(t)", 1, *HALF),
    ("if len(mean) == 3:\n    m = half\nelse:\n    m = (0.1, 0.1, 0.1)\ny = TF.normalize(t, m, half)", 5, *HALF),
    ("m = half if True else mean\ny = TF.normalize(t, m, half)", 2, *HALF),
    ("for c, m, s in zip(t, mean, std):\n    c.sub_(m).div_(s)", 2, *IMAGENET),
    ("def back(x, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)):\n    for c, m, s in zip(x, mean, std):\n"
     "        c.mul_(s).add_(m)\n    return x", 3, *INVERSE),
    ("for i in range(3):\n    t[i] = (t[i] - mean[i]) / std[i]", 2, *IMAGENET),
]
TABLE = [
    pytest.param(*row, id=f"{name}-{number}")
    for name, rows in (
        ("operators", OPERATORS), ("torch", TORCH_FUNCTIONS), ("methods", METHODS), ("augmented", AUGMENTED),
        ("constants", CONSTANTS), ("pipelines", PIPELINES), ("structure", STRUCTURE),
    )
    for number, row in enumerate(rows)
]  # fmt: skip


@pytest.mark.parametrize(("body", "line", "kind", "scale", "offset"), TABLE)
def test_map(body: str, line: int, kind: str, scale: tuple[float, ...], offset: tuple[float, ...]) -> None:
    site = site_at(body, line, kind)
    assert same(site.scale, scale), (site.scale, scale)
    assert same(site.offset, offset), (site.offset, offset)


CASTS = [
    "f.astype(np.uint8)", "f.astype('uint8')", "f.astype('u1')", "f.astype(dtype=np.uint8)", "f.astype(np.ubyte)",
    "f.astype(np.uint8, copy=False)", "np.uint8(f)", "np.array(f, dtype=np.uint8)", "np.asarray(f, 'uint8')",
    "torch.from_numpy(f).byte()", "torch.from_numpy(f).to(torch.uint8)", "torch.from_numpy(f).to(dtype=torch.uint8)",
    "torch.from_numpy(f).type(torch.uint8)", "torch.from_numpy(f).type(torch.ByteTensor)",
    "torch.from_numpy(f).to('cpu', torch.uint8)", "f.round().astype(np.uint8)", "np.around(f).astype(np.uint8)",
]  # fmt: skip


@pytest.mark.parametrize("expression", CASTS)
def test_cast_to_bytes(expression: str) -> None:
    site = site_at(f"y = {expression}", 1, "cast")
    assert site.input_range == pytest.approx((0, 255))
    assert site.output_range == pytest.approx((0, 255))


@pytest.mark.parametrize("expression", ["f.astype(np.float64)", "torch.from_numpy(f).float()", "np.float32(f)", "f.tolist()"])
def test_no_cast_to_bytes(expression: str) -> None:
    assert sites_on(f"y = {expression}", 1) == []


RANGES = [
    ("y = t.clamp(0.25, 0.5).mul(255).byte()", (63.75, 127.5)),
    ("y = (t * 2 - 1).clamp(min=0).mul(255).byte()", (0, 255)),
    ("y = (t * 2 - 1).clamp_max(0.5).mul(255).byte()", (-255, 127.5)),
    ("y = torch.clamp(t * 510, max=255).byte()", (0, 255)),
    ("y = np.clip(f * 3, 0, 200).astype(np.uint8)", (0, 200)),
    ("y = (f * 3).clip(10, 200).astype(np.uint8)", (10, 200)),
    ("y = np.minimum(f * 2, 255).astype(np.uint8)", (0, 255)),
    ("y = np.maximum(f - 300, 0).astype(np.uint8)", (0, 0)),
    ("y = torch.sigmoid(model(t)).mul(255).byte()", (0, 255)),
    ("y = model(t).sigmoid().mul(255).byte()", (0, 255)),
    ("y = torch.tanh(model(t)).mul(255).byte()", (-255, 255)),
    ("y = torch.tanh(model(t)).mul(127.5).add(127.5).byte()", (0, 255)),
    ("y = nn.Tanh()(model(t)).mul(127.5).add(127.5).byte()", (0, 255)),
    ("y = nn.Sigmoid()(model(t)).mul(255).byte()", (0, 255)),
    ("y = torch.rand(3, 8, 8).mul(255).byte()", (0, 255)),
    ("y = (-t).mul(255).byte()", (-255, 0)),
    ("y = (1 - t).mul(255).byte()", (0, 255)),
    ("y = torch.zeros_like(t).mul(255).byte()", (0, 0)),
    ("y = torch.cat([t, t * 2]).mul(255).byte()", (0, 510)),
    ("y = torch.stack([t, t - 1]).mul(255).byte()", (-255, 255)),
    ("y = (t * 0.5 + t * 0.5).mul(255).byte()", (0, 255)),
    ("y = t[0].mul(255).byte()", (0, 255)),
    ("y = t.unsqueeze(0).squeeze().flip(0).mul(255).byte()", (0, 255)),
    ("y = np.transpose(f, (2, 0, 1)).astype(np.uint8)", (0, 255)),
]


@pytest.mark.parametrize(("body", "wanted"), RANGES)
def test_range_at_the_cast(body: str, wanted: tuple[float, float]) -> None:
    assert site_at(body, 1, "cast").input_range == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("low", "high"), [("min", "max"), ("-1", "'a'"), ("None", "None"), ("unknown", "1"), ("0", "unknown")]
)
def test_bounds_that_are_unknown_give_no_number(low: str, high: str) -> None:
    site = site_at(f"y = (model(t)).clamp({low}, {high})\nz = y.mul(255).byte()", 2, "cast")
    assert site.input_range is None or None in site.input_range


@pytest.mark.parametrize(
    "body",
    [
        "boxes = torch.tensor([1.0, 2.0]) * 0.5 + 1",
        "loss = sum(x * 2 for x in range(3)) / 7",
        "lr = 0.1 * (1 - 3 / 10) ** 0.9",
        "width = (a.shape[1] - 10) / 2",
        "name = 'x' * 255",
        "size = len(mean) / 255",
    ],
)
def test_arithmetic_that_is_no_pixel_map_is_no_site(body: str) -> None:
    assert [(site.kind, site.api) for site in sites_of(body) if site.place.line > FIRST] == []


@pytest.mark.parametrize(
    "body",
    [
        "y = TF.normalize(t, load('mean'), load('std'))",
        "def norm(x, mean, std):\n    return TF.normalize(x, mean, std)",
        "import json\nm = json.load(open('stats.json'))\ny = TF.normalize(t, m['mean'], m['std'])",
        "y = TF.normalize(t, [float(v) for v in input().split()], std)",
        "y = TF.normalize(t, [0.5] * int(input()), std)",
    ],
)
def test_what_is_not_known_stays_unknown(body: str) -> None:
    sites = [site for site in sites_of(body) if site.kind == "normalize" and site.place.line > FIRST]
    assert sites
    assert all(site.offset is None for site in sites), [(site.mean, site.offset) for site in sites]


number = st.decimals(min_value="0.01", max_value="300", places=2).map(str)
chains = st.lists(st.tuples(st.sampled_from("+-*/"), number, st.booleans()), min_size=1, max_size=6)


def source_of(chain: list[tuple[str, str, bool]]) -> str:
    """Random brackets and mirrored operands do not change the map."""
    text = "x"
    for operator, value, mirrored in chain:
        text = f"{value} {operator} ({text})" if mirrored and operator in "+*" else f"({text}) {operator} {value}"
    return text


@settings(max_examples=60, deadline=None)
@given(chains)
def test_the_map_of_a_random_chain_is_what_python_computes(chain: list[tuple[str, str, bool]]) -> None:
    text = source_of(chain)
    at = {x: eval(text, {"x": x}) for x in (0.0, 1.0)}
    body = f"x = t\ny = {text}\nz = y.clamp(0, 255)"
    clamp = site_at(body, 3, "clamp")
    assert clamp.input_range == pytest.approx((at[0.0], at[1.0]), rel=1e-6, abs=1e-6)
    for site in sites_on(body, 2):
        assert same(site.offset, (at[0.0],))
        assert same(site.scale, (at[1.0] - at[0.0],)) or abs(at[0.0]) > 1e6 * abs(at[1.0] - at[0.0])


@settings(max_examples=40, deadline=None)
@given(chains)
def test_the_same_map_in_statements(chain: list[tuple[str, str, bool]]) -> None:
    """One operation a statement, and as methods: the values at the end are those of the one expression."""
    names = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
    low, high = (eval(source_of(chain), {"x": x}) for x in (0.0, 1.0))
    bodies = [
        "y = t.clone()\n" + "".join(f"y {operator}= {value}\n" for operator, value, _ in chain),
        "y = t" + "".join(f".{names[operator]}({value})" for operator, value, _ in chain) + "\n",
        "y = t.clone()\n" + "".join(f"y.{names[operator]}_({value})\n" for operator, value, _ in chain),
        "y = t\n" + "".join(f"y = torch.{names[operator]}(y, {value})\n" for operator, value, _ in chain),
    ]
    for body in bodies:
        clamp = site_at(body + "z = y.clamp(0, 255)", body.count("\n") + 1, "clamp")
        assert clamp.input_range == pytest.approx((low, high), rel=1e-6, abs=1e-6), body
