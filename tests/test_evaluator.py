"""What the evaluator makes of the spellings that real code uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normlint.project import analyze
from normlint.sites import Site

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
GAIN = tuple(1 / s for s in IMAGENET[1])
BIAS = tuple(-m / s for m, s in zip(*IMAGENET, strict=True))
UNIT = (1 / 255,)


def sites_of(source: str, folder: Path) -> tuple[Site, ...]:
    (folder / "source.py").write_text(source, encoding="utf-8")
    return analyze((folder,)).sites


HALF = ((2.0,), (-1.0,))
TABLE = {
    "operators": ("def f(x):\n    return x / 127.5 - 1\n", 2, "normalize", (1 / 127.5,), (-1.0,)),
    "reversed": ("def f(x):\n    return -1 + 2 * x\n", 2, "normalize", *HALF),
    "torch functions": ("import torch\ndef f(x):\n    return torch.sub(torch.mul(x, 2), 1)\n", 3, "normalize", *HALF),
    "numpy functions": ("import numpy as np\ndef f(x):\n    return np.divide(x, 255.0)\n", 3, "to_unit", UNIT, (0.0,)),
    "method chain": ("def f(x):\n    return x.add(1).div(2)\n", 2, "denormalize", (0.5,), (0.5,)),
    "in place": ("def f(x):\n    x.div_(255).sub_(0.5).div_(0.5)\n    return x\n", 2, "normalize", (2 / 255,), (-1.0,)),
    "augmented": ("def f(x):\n    x /= 255\n    return x\n", 2, "to_unit", UNIT, (0.0,)),
    "through a permute": ("def f(x):\n    return (x.permute(0, 2, 3, 1) * 127.5 + 128).byte()\n", 2, "denormalize",
                          (127.5,), (128.0,)),
    "arrays": ("import numpy as np\nM = np.array([0.485, 0.456, 0.406])\nS = np.array([0.229, 0.224, 0.225])\n"
               "def f(x):\n    return (x - M[:, None, None]) / S[:, None, None]\n", 5, "normalize", GAIN, BIAS),
    "view": ("import torch\ndef f(x):\n    m = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1).to(x.device)\n"
             "    s = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)\n    return (x - m) / s\n", 5, "normalize", GAIN, BIAS),
    "folded": ("import numpy as np\nM = 255 * np.array((0.485, 0.456, 0.406))\nS = np.array([0.229, 0.224, 0.225]) * 255\n"
               "def f(x):\n    return (x - M) / S\n", 5, "normalize", tuple(g / 255 for g in GAIN), BIAS),
    "repeated": ("from torchvision import transforms as T\nn = T.Normalize([0.5] * 3, [0.5] * 3)\n", 2, "normalize",
                 (2.0,) * 3, (-1.0,) * 3),
    "comprehension": ("from torchvision import transforms as T\nm, s = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)\n"
                      "n = T.Normalize([-a / b for a, b in zip(m, s)], [1 / b for b in s])\n", 3, "normalize", IMAGENET[1],
                      IMAGENET[0]),
    "default argument": ("def f(x, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)):\n    import numpy as np\n"
                         "    return (x - np.array(mean)) / np.array(std)\n", 3, "normalize", GAIN, BIAS),
    "dict": ("from torchvision import transforms as T\nN = {'mean': [0.485, 0.456, 0.406], 'std': [0.229, 0.224, 0.225]}\n"
             "n = T.Normalize(**N)\n", 3, "normalize", GAIN, BIAS),
    "attribute": ("class A:\n    def __init__(self):\n        self.mean, self.std = 0.5, 0.5\n    def f(self, x):\n"
                  "        return (x - self.mean) / self.std\n", 5, "normalize", *HALF),
    "buffer": ("import torch\nfrom torch import nn\nclass A(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
               "        self.register_buffer('mean', torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))\n"
               "        self.register_buffer('std', torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))\n"
               "    def forward(self, x):\n        return (x - self.mean) / self.std\n", 9, "normalize", GAIN, BIAS),
    "channel loop": ("def f(x, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)):\n    for t, m, s in zip(x, mean, std):\n"
                     "        t.mul_(s).add_(m)\n    return x\n", 3, "denormalize", IMAGENET[1], IMAGENET[0]),
    "functional": ("from torchvision.transforms.functional import normalize\ndef f(x):\n"
                   "    return normalize(x, (0.5,), (0.5,))\n", 3, "normalize", *HALF),
    "lambda": ("from torchvision import transforms as T\nt = T.Compose([T.ToTensor(), T.Lambda(lambda x: x * 2 - 1)])\n", 2,
               "normalize", *HALF),
    "helper": ("def undo(x):\n    return x * 0.5 + 0.5\ndef f(model, z):\n    return undo(model(z))\n", 4, "denormalize", (0.5,),
               (0.5,)),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_map(name: str, tmp_path: Path) -> None:
    source, line, kind, scale, offset = TABLE[name]
    found = [site for site in sites_of(source, tmp_path) if site.place.line == line and site.kind == kind]
    assert any(
        site.scale is not None and site.scale == pytest.approx(scale, rel=1e-9)
        and site.offset == pytest.approx(offset, rel=1e-9)
        for site in found
    ), found  # fmt: skip


CASTS = (
    "x.byte()", "x.to(torch.uint8)", "x.to('cpu', torch.uint8)", "x.to(dtype=torch.uint8)", "x.type(torch.uint8)",
    "x.astype('uint8')", "x.astype(np.uint8)", "np.uint8(x)", "tf.cast(x, tf.uint8)",
)  # fmt: skip


@pytest.mark.parametrize("spelling", CASTS)
def test_uint8_cast(spelling: str, tmp_path: Path) -> None:
    source = f"import numpy as np\nimport tensorflow as tf\nimport torch\ndef f(x):\n    return {spelling}\n"
    assert [site.kind for site in sites_of(source, tmp_path)] == ["cast"]


NO_SITES = {
    "group norm": "import torch.nn as nn\ndef Normalize(channels):\n    return nn.GroupNorm(32, channels)\nn = Normalize(64)\n",
    "l2 norm": "import torch.nn.functional as F\ndef f(x):\n    return F.normalize(x, dim=1)\n",
    "latents": "def f(vae, z):\n    return vae.decode(z / 0.18215)\n",
}


@pytest.mark.parametrize("name", NO_SITES)
def test_no_site(name: str, tmp_path: Path) -> None:
    assert sites_of(NO_SITES[name], tmp_path) == ()


def test_guards_keep_alternatives_apart(tmp_path: Path) -> None:
    source = (
        "from torchvision import transforms as T\ndef build(dataset):\n"
        "    if dataset == 'mnist':\n        mean = (0.1307,)\n    else:\n        mean = (0.5,)\n"
        "    return T.Normalize(mean, (0.5,))\n"
    )
    found = [site for site in sites_of(source, tmp_path) if site.kind == "normalize"]
    assert [site.mean for site in found] in ([(0.1307,)], [(0.5,)])


operations = st.lists(
    st.tuples(st.sampled_from("+-*/"), st.sampled_from([0.25, 0.5, 1.5, 2.0, 3.0, 127.5, 255.0])), min_size=1, max_size=6
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations)
def test_reported_map_is_what_python_computes(tmp_path: Path, chain: list[tuple[str, float]]) -> None:
    text = "picture"
    for operator, number in chain:
        text = f"({text} {operator} {number})"
    source = "import cv2\npicture = cv2.imread('a.png').astype('float64')\nresult = " + text + "\n"
    gain, bias = 1.0, 0.0
    for operator, number in chain:
        gain = gain * number if operator == "*" else gain / number if operator == "/" else gain
        bias = {"+": bias + number, "-": bias - number, "*": bias * number, "/": bias / number}[operator]
    if abs(gain - 1) < 1e-12 and abs(bias) < 1e-12:
        return
    found = [site for site in sites_of(source, tmp_path) if site.place.line == 3]
    found.sort(key=lambda site: site.place.end_column - site.place.column, reverse=True)  # parts may be sites as well
    assert found
    assert found[0].scale == pytest.approx((gain,))
    assert found[0].offset == pytest.approx((bias,), abs=1e-9)
