"""Sites as real repositories spell them: helpers, transform classes and branches, in one file or several.

The last line of ``main.py`` that has a ``# <`` remark is judged: ``# < kind scale offset`` must be listed there,
``# < nothing`` must not be listed at all. Numbers are one a site or one a channel (``1,2,3``); ``?`` is a map not known.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from normlint.project import analyze
from normlint.sites import Site

_REMARK = re.compile(r"# < (.*)$")

HELPERS = {
    "a helper of another file, by alias": """
# helpers/pictures.py
import numpy as np
def uint2single(img):
    return np.float32(img / 255.)
# main.py
import helpers.pictures as util
def load(path):
    return util.uint2single(path)  # < to_unit 0.00392156862745098 0
""",
    "an argument that is one of several pictures": """
# helpers.py
import cv2
import numpy as np
def read(path, n_channels=3):
    if n_channels == 1:
        img = cv2.imread(path, 0)
        img = np.expand_dims(img, axis=2)
    elif n_channels == 3:
        img = cv2.imread(path, cv2.IMREAD_UNCHANGED)
        if img.ndim == 2:
            img = cv2.cvtColor(img, cv2.COLOR_GRAY2RGB)
        else:
            img = cv2.cvtColor(img, cv2.COLOR_BGR2RGB)
    return img
def single(img):
    return np.float32(img / 255.)
# main.py
import helpers
def load(path, opt):
    img = helpers.read(path, opt["channels"])
    return helpers.single(img)  # < to_unit 0.00392156862745098 0
""",
    "a helper that reads the picture itself": """
# main.py
import cv2
import numpy as np
def imfrombytes(content, flag="color", float32=False):
    flags = {"color": cv2.IMREAD_COLOR, "grayscale": cv2.IMREAD_GRAYSCALE}
    img = cv2.imdecode(np.frombuffer(content, np.uint8), flags[flag])
    if float32:
        img = img.astype(np.float32) / 255.
    return img
def load(content):
    return imfrombytes(content, float32=True)  # < to_unit 0.00392156862745098 0
""",
    "a helper that only reads": """
# main.py
import cv2
def read(path):
    img = cv2.imread(path)
    return cv2.cvtColor(img, cv2.COLOR_BGR2RGB)
def load(path):
    return read(path)  # < nothing
""",
    "a helper that takes a picture or a list of them": """
# main.py
import numpy as np
import torch
def tensor2img(tensor, rgb2bgr=True, out_type=np.uint8, min_max=(0, 1)):
    if not (torch.is_tensor(tensor) or isinstance(tensor, list)):
        raise TypeError
    if torch.is_tensor(tensor):
        tensor = [tensor]
    result = []
    for _tensor in tensor:
        _tensor = _tensor.squeeze(0).float().detach().cpu().clamp_(*min_max)
        _tensor = (_tensor - min_max[0]) / (min_max[1] - min_max[0])
        img_np = _tensor.numpy().transpose(1, 2, 0)
        if out_type == np.uint8:
            img_np = (img_np * 255.0).round()
        result.append(img_np.astype(out_type))
    if len(result) == 1:
        result = result[0]
    return result
def test(net, x):
    return tensor2img(net(x), rgb2bgr=True, min_max=(-1, 1))  # < denormalize 127.5 127.5
""",
    "the same with a list display": """
# main.py
import numpy as np
def tensor2img(tensor):
    result = []
    for _tensor in tensor:
        result.append((_tensor.clamp_(0, 1).numpy() * 255.0).round().astype(np.uint8))
    return result
def test(visuals):
    return tensor2img([visuals["result"]])  # < scale 255 0
""",
    "a helper over the elements of a batch": """
# main.py
def denorm(images):
    return [(image + 1) * 127.5 for image in images]
def test(batch):
    return denorm(batch)  # < denormalize 127.5 127.5
""",
    "a helper that writes": """
# main.py
import cv2
def imsave(img, path):
    cv2.imwrite(path, img[:, :, ::-1])
def test(net, x):
    imsave(net(x), "out.png")  # < sink ? ?
""",
}
BRANCHES = {
    "what a constant switches off": """
# main.py
import matplotlib.pyplot as plt
show = False
def test(x):
    if show:
        plt.imshow((x + 1) / 2)  # < denormalize 0.5 0.5
""",
    "what a constant switches off in an expression": """
# main.py
import matplotlib.pyplot as plt
def test(x):
    show = False
    plt.imshow(x / 2 + 0.5) if show else None  # < denormalize 0.5 0.5
""",
    "what a numeric default excludes": """
# main.py
def norm(x, mode=0):
    if mode == 1:
        return x / 127.5 - 1  # < normalize 0.00784313725490196 -1
    return x / 255.
""",
    "never": """
# main.py
def test(x):
    if False:
        return x / 255.  # < nothing
""",
}
TABLE = [pytest.param(text, id=name) for group in (HELPERS, BRANCHES) for name, text in group.items()]


def sites_of(text: str) -> tuple[Site, ...]:
    with tempfile.TemporaryDirectory() as folder:
        for part in re.split(r"^# (?=[\w/]+\.(?:py|ya?ml|json)$)", text, flags=re.MULTILINE)[1:]:
            name, _, body = part.partition("\n")
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
        (Path(folder) / "pyproject.toml").touch()
        analysis = analyze((Path(folder),))
    assert all(finding.code != "NL902" for finding in analysis.findings), analysis.findings
    return analysis.sites


def numbers(text: str) -> tuple[float, ...] | None:
    return None if text == "?" else tuple(map(float, text.split(",")))


@pytest.mark.parametrize("text", TABLE)
def test_sites_on_the_remarked_lines(text: str) -> None:
    sites = sites_of(text)
    body = text.rpartition("# main.py\n")[2]
    remarks = [(n, found[1]) for n, line in enumerate(body.splitlines(), 1) if (found := _REMARK.search(line))]
    assert remarks
    for line, remark in remarks:
        here = [site for site in sites if site.place.path == "main.py" and site.place.line == line]
        seen = [(site.kind, site.scale, site.offset) for site in here]
        if remark == "nothing":
            assert not here, seen
            continue
        kind, scale, offset = remark.split()
        match = [site for site in here if site.kind == kind]
        assert match, seen
        for wanted, found in ((numbers(scale), match[0].scale), (numbers(offset), match[0].offset)):
            assert found == (None if wanted is None else pytest.approx(wanted, rel=1e-6, abs=1e-9)), seen
