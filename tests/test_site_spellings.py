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
CLASSES = {
    "an own Normalize for picture and mask": """
# transforms.py
from torchvision.transforms import functional as F
class Normalize(object):
    def __init__(self, mean, std, inplace=False):
        self.mean, self.std, self.inplace = mean, std, inplace
    def __call__(self, img, mask):
        return F.normalize(img, self.mean, self.std, self.inplace), mask
class Compose(object):
    def __init__(self, transforms):
        self.transforms = transforms
    def __call__(self, img, mask):
        for t in self.transforms:
            img, mask = t(img, mask)
        return img, mask
# main.py
import transforms
tf = transforms.Compose([
    transforms.Normalize(mean=[255 * 0.5], std=[255 * 0.5]),  # < normalize 0.00784313725490196 -1
])
""",
    "a transform of samples": """
# main.py
import numpy as np
class Normalize:
    def __init__(self, mean=(0., 0., 0.), std=(1., 1., 1.)):
        self.mean = mean
        self.std = std
    def __call__(self, sample):
        img = np.array(sample["image"]).astype(np.float32)
        mask = sample["label"]
        img /= 255.0
        img -= self.mean
        img /= self.std
        return {"image": img, "label": mask}
tf = Normalize(mean=(0.5, 0.4, 0.3), std=(0.5, 0.2, 0.1))  # < normalize 0.007843137,0.019607843,0.039215686 -1,-2,-3
""",
    "a transform that changes the sample": """
# main.py
class Scale:
    def __call__(self, sample):
        sample["image"] = sample["image"] / 255.0
        return sample
tf = Scale()  # < to_unit 0.00392156862745098 0
""",
    "subtracts a mean through a function": """
# main.py
import cv2
import numpy as np
def base_transform(image, size, mean):
    x = cv2.resize(image, (size, size)).astype(np.float32)
    x -= mean
    return x.astype(np.float32)
class BaseTransform:
    def __init__(self, size, mean):
        self.size = size
        self.mean = np.array(mean, dtype=np.float32)
    def __call__(self, image, boxes=None, labels=None):
        return base_transform(image, self.size, self.mean), boxes, labels
tf = BaseTransform(300, (104, 117, 123))  # < normalize 1 -104,-117,-123
""",
    "a transform made of others": """
# main.py
import numpy as np
class Compose:
    def __init__(self, transforms):
        self.transforms = transforms
    def __call__(self, img, boxes):
        for t in self.transforms:
            img, boxes = t(img, boxes)
        return img, boxes
class ToFloat:
    def __call__(self, img, boxes):
        return img.astype(np.float32), boxes
class Subtract:
    def __init__(self, mean):
        self.mean = np.array(mean)
    def __call__(self, img, boxes):
        return img.astype(np.float32) - self.mean, boxes
class Augmentation:
    def __init__(self, mean=(104, 117, 123)):
        self.augment = Compose([
            ToFloat(),  # < nothing
            Subtract(mean),  # < normalize 1 -104,-117,-123
        ])
    def __call__(self, img, boxes):
        return self.augment(img, boxes)
augmentation = Augmentation()  # < normalize 1 -104,-117,-123
""",
    "a normalizing layer": """
# main.py
import torch
from torch import nn
class Normalize(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))
    def forward(self, x):
        return (x - self.mean) / self.std
def wrap(model):
    return nn.Sequential(Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.25]), model)  # < normalize 2,2,4 -1,-1,-2
""",
    "a layer that is no transform": """
# main.py
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3)
    def forward(self, x):
        return self.conv(x / 255.)
net = Net()  # < nothing
""",
    "a ToTensor that does not scale": """
# main.py
import torch
import numpy as np
class ToTensor:
    def __call__(self, img, mask):
        return torch.from_numpy(np.array(img)).permute(2, 0, 1).float(), mask
tf = [
    ToTensor()]  # < cast 1 0
""",
    "one channel a step": """
# main.py
import torch
mean, std = [0.5, 0.4, 0.3], [0.1, 0.2, 0.3]
def denormalize(tensors):
    for c in range(3):
        tensors[:, c].mul_(std[c]).add_(mean[c])
    return torch.clamp(tensors, 0, 255)
def test(net, x):
    return denormalize(net(x)).cpu()  # < denormalize 0.1,0.2,0.3 0.5,0.4,0.3
""",
    "a named transform in a list": """
# main.py
from torchvision import transforms
normalize = transforms.Normalize(mean=[0.5], std=[0.25])
tf = transforms.Compose([
    transforms.ToTensor(),
    normalize,  # < normalize 4 -2
])
""",
}
SETTINGS = {
    "settings copied into an object": """
# conf/global_settings.py
MEAN = (0.5, 0.4, 0.3)
STD = (0.25, 0.2, 0.1)
# conf/__init__.py
import conf.global_settings as settings
class Settings:
    def __init__(self, settings):
        for attr in dir(settings):
            if attr.isupper():
                setattr(self, attr, getattr(settings, attr))
settings = Settings(settings)
# main.py
from conf import settings
from torchvision.transforms import Normalize
normalize = Normalize(settings.MEAN, settings.STD)  # < normalize 4,5,10 -2,-2,-3
""",
    "the class of an annotated parameter": """
# model.py
import torch
from torch import nn
class Sam(nn.Module):
    def __init__(self, encoder, pixel_mean=[120.0, 110.0, 100.0], pixel_std=[50.0, 50.0, 50.0]):
        super().__init__()
        self.register_buffer("pixel_mean", torch.Tensor(pixel_mean).view(-1, 1, 1), False)
        self.register_buffer("pixel_std", torch.Tensor(pixel_std).view(-1, 1, 1), False)
    def preprocess(self, x):
        return (x - self.pixel_mean) / self.pixel_std
# main.py
from model import Sam
class Predictor:
    def __init__(self, sam_model: Sam) -> None:
        self.model = sam_model
    def set_image(self, image):
        return self.model.preprocess(image)  # < normalize 0.02,0.02,0.02 -2.4,-2.2,-2
""",
    "buffers of other names": """
# main.py
import torch
from torch import nn
class ScalingLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer('shift', torch.Tensor([-.03, -.09, -.18])[None, :, None, None])
        self.register_buffer('scale', torch.Tensor([.5, .25, .1])[None, :, None, None])
    def forward(self, inp):
        return (inp - self.shift) / self.scale  # < normalize 2,4,10 0.06,0.36,1.8
""",
    "stats chosen by one condition": """
# main.py
import cv2
class Model:
    def __init__(self, find_sub, find_mul):
        if find_sub and find_mul:
            input_mean = 0.0
            input_std = 1.0
        else:
            input_mean = 127.5
            input_std = 127.5
        self.input_mean = input_mean
        self.input_std = input_std
    def forward(self, imgs):
        mean = (self.input_mean,) * 3
        return cv2.dnn.blobFromImages(imgs, 1.0 / self.input_std, (9, 9), mean)  # < normalize 0.00784313725 -1,-1,-1
""",
    "a stretch by the data": """
# main.py
def to_rgb(x):
    x = 2. * (x - x.min()) / (x.max() - x.min()) - 1.  # < normalize ? ?
    return x
""",
    "a transform made where it is missing": """
# main.py
from PIL import Image
from torchvision import transforms
def get_transforms(is_training):
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5], [0.25])])
def predict(path, transform=None):
    if transform is None:
        transform = get_transforms(is_training=False)
    image = Image.open(path)
    return transform(image)  # < normalize 0.01568627450980392 -2
""",
}
PARTS = {
    "a denormalize and a scaling in one expression": """
# main.py
import numpy as np
def make_frame(x):
    return ((x + 1) / 2 * 255).astype(np.uint8)  # < denormalize 0.5 0.5
""",
    "a scaling after it": """
# main.py
def make_frame(x):
    return (x + 1) / 2.0 * 255.0  # < scale 255 0
""",
    "a normalize in three statements": """
# main.py
def preprocess(image):
    image = image / 255.  # < normalize 0.00784313725490196 -1
    image = image - 0.5
    image = image * 2.
    return image
""",
    "the second of two statements": """
# main.py
def preprocess(img):
    img /= 127.5
    img -= 1  # < normalize 1 -1
    return img
""",
    "statements far apart": """
# main.py
def preprocess(img):
    img = img - 0.5  # < nothing
    a = 1
    b = 2
    c = 3
    d = 4
    img = img * 2
    return img
""",
    "bytes that become floats": """
# main.py
import tensorflow as tf
def augment(features):
    img = features["image"]
    return tf.cast(img, "float32")  # < cast 1 0
""",
    "numbers that become floats": """
# main.py
import tensorflow as tf
def loss(labels):
    return tf.cast(labels, "float32")  # < nothing
""",
    "levels that are not known": """
# main.py
def encode(self, x):
    x = x.round()
    return 2 * ((x + .5) / self.config.vocab_size) - 1  # < normalize ? ?
""",
    "a new array filled channel by channel": """
# main.py
import numpy as np
def transform(im, means, stds, scale):
    out = np.zeros((1, 3, im.shape[0], im.shape[1]))
    for i in range(3):
        out[0, i, :, :] = (im[:, :, 2 - i] / scale - means[2 - i]) / stds[2 - i]
    return out
def load(im):
    return transform(im, [100., 110., 120.], [50., 50., 50.], 1.0)  # < normalize 0.02,0.02,0.02 -2.4,-2.2,-2
""",
}
IN_PLACE = {
    "in place on what nobody knows": """
# main.py
def prepare(x):
    x.div_(255)
    x.sub_(0.5).div_(0.5)
    return x
def test(net, image):
    return net(prepare(image))  # < normalize 0.00784313725490196 -1
""",
    "told to change its argument": """
# main.py
from torchvision.transforms.functional import normalize
def prepare(x):
    normalize(x, (0.5,), (0.25,), inplace=True)
    return x
def test(net, image):
    return net(prepare(image))  # < normalize 4 -2
""",
    "told to change one of several": """
# main.py
import cv2
from torchvision.transforms.functional import normalize, to_tensor
def prepare(path, gray):
    x = to_tensor(cv2.imread(path, 0)) if gray else to_tensor(cv2.imread(path))
    normalize(x, (0.5,), (0.25,), inplace=True)
    return x
def test(net, path):
    return prepare(path, net.gray)  # < normalize 0.01568627450980392 -2
""",
}
NAMES = {
    "a mean in a tensor of four axes": """
# main.py
import torch
class Detector:
    def __init__(self, device):
        self.mean_tensor = torch.tensor([[[[104.]], [[117.]], [[123.]]]]).to(device)  # < constant ? ?
""",
    "a range handed on": """
# main.py
def build(net):
    return net(upscale=2, img_range=255.)  # < config 255 0
""",
    "the largest value of a picture": """
# main.py
import numpy as np
def read(img):
    if np.max(img) > 256:
        max_range = 65535  # < config 65535 0
    else:
        max_range = 255
    return img / max_range
""",
    "a package that imports itself": """
# lpips/__init__.py
def tensor2im(image):
    return (image + 1) * 127.5
# lpips/lpips.py
class LPIPS:
    pass
# lpips/trainer.py
import lpips
def visuals(x):
    return lpips.tensor2im(x)
# main.py
from lpips.trainer import visuals
def show(x):
    return visuals(x)  # < denormalize 127.5 127.5
""",
    "a lambda that nobody calls": """
# main.py
rescale = lambda x: (x + 1.) / 2.  # < denormalize 0.5 0.5
""",
    "a lambda given to a layer": """
# main.py
from tensorflow import keras
model = keras.Sequential([
    keras.layers.Lambda(lambda x: x / 127.5 - 1),  # < normalize 0.00784313725490196 -1
])
""",
    "a lambda given to a data set": """
# main.py
import tensorflow as tf
ds = tf.data.Dataset.from_tensor_slices(paths)
ds = ds.map(lambda image, label: (tf.cast(image, tf.float32) / 255., label))  # < to_unit 0.00392156863 0
""",
    "a library that reads and scales": """
# main.py
from basicsr.utils import imfrombytes
def load(content):
    return imfrombytes(content, float32=True)  # < to_unit 0.00392156863 0
""",
    "a library that only reads": """
# main.py
from basicsr.utils import imfrombytes
def load(content):
    return imfrombytes(content)  # < nothing
""",
}
GROUPS = (HELPERS, BRANCHES, CLASSES, SETTINGS, PARTS, IN_PLACE, NAMES)
TABLE = [pytest.param(text, id=name) for group in GROUPS for name, text in group.items()]


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
