"""The catalogue against the packages themselves: every formula that can be run here is run on sample arrays.

What is compared: the map, the range, the dtype and the channel order that the catalogue claims. Arguments are passed in the
order of the catalogue's parameters, so that their names and positions are checked as well.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from normlint.catalogue import Entry, catalogue

np = pytest.importorskip("numpy", reason="the packages of the dev extra are not installed")

PACKAGES = ("numpy", "PIL", "cv2", "skimage", "imageio", "albumentations", "scipy", "torch", "torchvision", "kornia")
# No formula to run: a container of other transforms, a reader or network, another quantity, a stretch by the data.
NO_FORMULA = frozenset({"compose", "lambda", "opaque", "object", "checkpoint", "minmax", "metric", "grid"})
# What tensors are tried with: the rest of torch needs axes, sizes or modules that say nothing of values.
OF_TENSORS = frozenset(
    {"arithmetic", "clamp", "round", "bounded", "scale_dtype", "normalize", "denormalize", "to_unit", "source", "combine"}
)
TENSORS = frozenset({"torch", "torchvision", "kornia"})
# What needs a screen, a download, boxes or masks, or is a type and no function.
NOT_HERE = frozenset({
    "cv2.imshow", "skimage.io.imshow", "PIL.ImageGrab.grab", "scipy.datasets.ascent", "scipy.datasets.face",
    "skimage.data.rocket", "skimage.data.retina", "skimage.data.cat", "skimage.data.chelsea", "skimage.data.coffee",
    "skimage.data.astronaut", "albumentations.BBoxSafeRandomCrop", "albumentations.RandomSizedBBoxSafeCrop",
    "albumentations.CropNonEmptyMaskIfExists", "albumentations.MaskDropout", "cv2.UMat", "cv2.drawKeypoints",
    "imageio.imiter", "imageio.v3.imiter", "imageio.v2.imiter", "cv2.remap", "scipy.ndimage.interpolation.zoom",
    "albumentations.Lambda", "numpy.fromfile", "numpy.load",
})  # fmt: skip
RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (16, 16, 3), dtype=np.uint8)
BYTES[0, 0], BYTES[0, 1] = 0, 255
UNIT = (BYTES / 255).astype(np.float32)
BATCH = np.zeros((4, 4, 3))
WIDE = np.linspace(-300, 300, 25).reshape(5, 5)
TRIANGLE = np.array([[1, 1], [8, 1], [1, 8]], dtype=np.int32)
RED = (255, 0, 0)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

# What stands after the image, by the last part of the name, or by the whole name.
AFTER: dict[str, tuple[Any, ...]] = {
    "expand_dims": (0,), "reshape": ((-1,),), "moveaxis": (0, 1), "rollaxis": (2,), "swapaxes": (0, 1),
    "permute_dims": ((1, 0, 2),), "broadcast_to": ((16, 16, 3),), "numpy.pad": (2,), "tile": (2,), "numpy.repeat": (2,),
    "take": ([0, 1],), "roll": (1,), "numpy.resize": ((4, 4, 3),), "cv2.flip": (1,), "copyMakeBorder": (1, 1, 1, 1, 1),
    "GaussianBlur": ((3, 3), 0), "medianBlur": (3,), "cv2.blur": ((3, 3),), "boxFilter": (-1, (3, 3)), "cv2.rotate": (0,),
    "bilateralFilter": (3, 5, 5), "getRectSubPix": ((4, 4), (8, 8)), "erode": (np.ones((2, 2)),),
    "dilate": (np.ones((2, 2)),), "morphologyEx": (2, np.ones((2, 2))), "cv2.repeat": (2, 2), "stackBlur": ((3, 3),),
    "undistort": (np.diag([16.0, 16.0, 1.0]), np.zeros(4)), "rectangle": ((1, 1), (3, 3), RED),
    "circle": ((4, 4), 2, RED), "line": ((1, 1), (3, 3), RED), "arrowedLine": ((1, 1), (3, 3), RED),
    "putText": ("a", (1, 9), 0, 1, RED), "polylines": ([TRIANGLE], True, RED), "fillPoly": ([TRIANGLE], RED),
    "drawContours": ([TRIANGLE], -1, RED), "ellipse": ((4, 4), (2, 2), 0, 0, 360, RED), "contain": ((8, 8),),
    "cover": ((8, 8),), "fit": ((8, 8),), "PIL.ImageOps.pad": ((8, 8),), "scale": (2,), "PIL.ImageChops.offset": (2,),
    "posterize": (4,), "colorize": ("black", "white"), "gaussian_filter": (1,), "uniform_filter": (3,),
    "median_filter": (3,), "maximum_filter": (3,), "minimum_filter": (3,), "warpAffine": (np.eye(2, 3), (16, 16)),
    "warpPerspective": (np.eye(3), (16, 16)), "cv2.resize": ((24, 24),), "skimage.transform.resize": ((8, 8),),
    "rescale": (0.5,), "skimage.transform.rotate": (30,), "warp": (np.eye(3),),
}  # fmt: skip
# Arguments of constructors, by the last part of the name.
MADE_WITH: dict[str, dict[str, Any]] = {
    "Resize": {"height": 8, "width": 8}, "RandomCrop": {"height": 8, "width": 8}, "CenterCrop": {"height": 8, "width": 8},
    "RandomResizedCrop": {"size": (8, 8)}, "RandomSizedCrop": {"min_max_height": (4, 8), "size": (8, 8)},
    "Crop": {"x_min": 0, "y_min": 0, "x_max": 8, "y_max": 8}, "CropAndPad": {"px": 2},
    "PadIfNeeded": {"min_height": 20, "min_width": 20},
    "Pad": {"padding": 2}, "LongestMaxSize": {"max_size": 8}, "SmallestMaxSize": {"max_size": 8},
}  # fmt: skip
# They take bytes only, or shift the mean of floats as they must: noise and lighting are not clipped for them by contract.
BYTES_ONLY = frozenset({
    "CLAHE", "Equalize", "ImageCompression", "ISONoise", "Posterize", "Superpixels", "FancyPCA", "RandomFog", "RandomSnow",
    "RandomRain", "RandomSunFlare", "Spatter", "PixelDropout", "HueSaturationValue",
})  # fmt: skip


@cache
def found(dotted: str) -> Any:
    """The object of a dotted name; None where the installed release has none."""
    parts = dotted.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                thing = importlib.import_module(".".join(parts[:count]))
                for part in parts[count:]:
                    thing = getattr(thing, part)
        except (ImportError, AttributeError, RuntimeError):
            continue
        return thing
    return None


def entries() -> list[Entry]:
    known = catalogue()
    names = [name for name in known.names() if name.split(".")[0] in PACKAGES and name not in NOT_HERE]
    names = [name for name in names if "(" not in name and "._" not in name]  # no methods of objects, no private modules
    made = [entry for name in names if (entry := known.lookup(name)) is not None and entry.name == name]
    made = [entry for entry in made if entry.name.split(".")[0] not in TENSORS or entry.operation["op"] in OF_TENSORS]
    return [entry for entry in made if entry.operation["op"] not in NO_FORMULA and found(entry.name) is not None]


ENTRIES = entries()


def after(entry: Entry) -> tuple[Any, ...]:
    return AFTER.get(entry.name, AFTER.get(entry.name.rsplit(".", 1)[-1], ()))


def sample(entry: Entry, array: Any) -> Any:
    """The array as what the package works on: a tensor of channels first, a picture, or itself."""
    package = entry.name.split(".")[0]
    if package in TENSORS and entry.operation["op"] == "to_unit":
        return array.copy()
    if package in TENSORS:
        tensor = importlib.import_module("torch").tensor(array.transpose(2, 0, 1).copy() if array.ndim == 3 else array)
        return tensor[None] if package == "kornia" else tensor
    if package == "PIL":
        picture = found("PIL.Image.fromarray")(array)
        return picture.convert("L") if entry.name.endswith("colorize") else picture
    return array.copy()


def plain(value: Any) -> Any:
    return value.numpy() if hasattr(value, "numpy") and not isinstance(value, np.ndarray) else np.asarray(value)


def run(entry: Entry, array: Any, **given: Any) -> Any:
    """Apply an entry to an array, arguments in the order that the catalogue gives them."""
    thing, image = found(entry.name), sample(entry, array)
    if entry.call == "transform":
        made = thing(**{**MADE_WITH.get(entry.name.rsplit(".", 1)[-1], {}), **given}, **extra_of(entry))
        return plain(made(image=image)["image"] if entry.name.startswith("albumentations") else made(image))
    values: list[Any] = []
    left = {**given, entry.image or entry.images or "": [image, image] if entry.images else image}
    for name in entry.parameters:
        if name.startswith("*") or name not in left:
            break
        values.append(left.pop(name))
    left.pop("", None)
    return plain(thing(*values, *(() if left else after(entry)), **left))


def extra_of(entry: Entry) -> dict[str, Any]:
    return {"p": 1.0} if entry.name.startswith("albumentations") else {}


def within(values: Any, low: float, high: float, slack: float = 1e-5) -> bool:
    width = high - low
    return float(values.min()) >= low - slack * width and float(values.max()) <= high + slack * width


def check_arithmetic(entry: Entry, tmp_path: Path) -> None:
    operators: dict[str, Callable[[Any, Any], Any]] = {
        "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power,
    }  # fmt: skip
    floats = UNIT.astype(np.float64)
    result = run(entry, floats, **{str(entry.operation["other"]): 2.0})
    wanted = operators[str(entry.operation["operator"])]
    expected = wanted(2.0, floats) if entry.operation.get("reversed") else wanted(floats, 2.0)
    assert np.allclose(np.sort(result, axis=None), np.sort(expected, axis=None))


def check_clamp(entry: Entry, tmp_path: Path) -> None:
    bounds = {str(entry.operation[key]): value for key, value in (("low", -50.0), ("high", 100.0)) if key in entry.operation}
    result = run(entry, WIDE, **bounds)
    low, high = -50.0 if "low" in entry.operation else -300.0, 100.0 if "high" in entry.operation else 300.0
    assert np.allclose(result, np.minimum(np.maximum(WIDE, low), high))


def check_round(entry: Entry, tmp_path: Path) -> None:
    values = np.array([[-2.5, -1.5, -0.6], [0.4, 0.5, 1.5], [2.4, 2.5, 2.6]])
    wanted = {"nearest": np.rint, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc}[str(entry.operation["mode"])]
    assert np.array_equal(run(entry, values), wanted(values))


def check_bounded(entry: Entry, tmp_path: Path) -> None:
    low, high = entry.operation["low"], entry.operation["high"]
    color = entry.name.startswith("skimage")
    array = UNIT if color else WIDE
    given = {"dim": 1} if "dim" in entry.parameters and "softmax" in entry.name.lower() and "2d" not in entry.name else {}
    result = run(entry, BATCH if "2d" in entry.name else array, **given)
    assert within(result, float(low), float(high))  # type: ignore[arg-type]
    assert color or "softmax" in entry.name.lower() or np.ptp(result) > 0.95 * (float(high) - float(low))  # type: ignore[arg-type]


def check_cast(entry: Entry, tmp_path: Path) -> None:
    dtype = str(entry.operation["dtype_value"])
    result = run(entry, np.array([[0.0, 1.2, 100.4, 254.6, 255.0]]))
    assert result.dtype == np.dtype(dtype)
    if dtype == "uint8":
        levels = result.ravel().tolist()
        assert levels == [0, 1, 100, 255 if entry.operation.get("saturate") else 254, 255]
        assert (run(entry, np.array([[300.0]]))[0, 0] == 255) == bool(entry.operation.get("saturate"))


def check_to_unit(entry: Entry, tmp_path: Path) -> None:
    array = np.dstack([BYTES, np.full((16, 16), 255, np.uint8)]) if entry.name.endswith("rgba2rgb") else BYTES
    result = run(entry, array)
    assert result.dtype.kind == "f" and within(result, 0, 1) and float(result.max()) > 0.5
    if entry.name.rsplit(".", 1)[-1].startswith(("img_as", "ToFloat", "to_tensor", "ToTensor")):
        assert np.allclose(np.sort(result, axis=None), np.sort(BYTES / 255, axis=None), atol=1e-6)
    flag = entry.operation.get("unless")
    if isinstance(flag, str):
        assert float(run(entry, array, **_positioned(entry, flag)).max()) > 50
    if not entry.name.startswith(("skimage.color", "skimage.filters")):
        assert within(run(entry, UNIT), 0, 1)


def _positioned(entry: Entry, flag: str) -> dict[str, Any]:
    """The flag by keyword, with the arguments that come before it by keyword too."""
    before = [name for name in entry.parameters if name not in {entry.image, flag}]
    return {**dict(zip(before, after(entry), strict=False)), flag: True}


def check_scale_dtype(entry: Entry, tmp_path: Path) -> None:
    given = {"dtype": found("torch.uint8")} if entry.name.startswith("torchvision") else {}
    if "scale" in entry.operation:
        given["scale"] = True
    result = run(entry, UNIT, **given)
    assert result.dtype == np.uint8 and np.abs(np.sort(result, axis=None).astype(int) - np.sort(BYTES, axis=None)).max() <= 1


def check_normalize(entry: Entry, tmp_path: Path) -> None:
    mean, std, peak = (entry.operation.get(key) for key in ("mean", "std", "peak"))
    given: dict[str, Any] = {str(mean): MEAN, str(std): STD}
    if entry.name.startswith("kornia"):
        given = {key: importlib.import_module("torch").tensor(value) for key, value in given.items()}
    array, scale = (BYTES, 255.0) if isinstance(peak, str) else (UNIT, 1.0)
    result = run(entry, array, **given)
    forward = (array / scale - np.array(MEAN)) / np.array(STD)
    expected = forward if entry.operation["op"] == "normalize" else array * np.array(STD) + np.array(MEAN)
    assert np.allclose(np.sort(result, axis=None), np.sort(expected, axis=None), atol=1e-4)


def check_identity(entry: Entry, tmp_path: Path) -> None:
    package = entry.name.split(".")[0]
    result = run(entry, BYTES)
    assert within(result, 0, 255, 1e-9) and result.dtype == np.uint8
    if package in {"numpy", "cv2", "scipy"} and entry.name.rsplit(".", 1)[-1] not in {"fastNlMeansDenoisingColored", *DRAWS}:
        result = run(entry, UNIT)
        assert within(result, 0, 1) and result.dtype.kind == "f"


DRAWS = ("rectangle", "circle", "line", "arrowedLine", "putText", "polylines", "fillPoly", "drawContours", "ellipse")


def check_photometric(entry: Entry, tmp_path: Path) -> None:
    last = entry.name.rsplit(".", 1)[-1]
    if last in {"blend", "alpha_composite"}:
        picture = sample(entry, BYTES).convert("RGBA")
        result = plain(found(entry.name)(picture, picture, *((0.5,) if last == "blend" else ())))
    else:
        result = run(entry, BYTES)
    assert result.dtype == np.uint8
    if entry.name.startswith("albumentations") and last not in BYTES_ONLY:
        assert within(run(entry, UNIT), 0, 1)


def check_combine(entry: Entry, tmp_path: Path) -> None:
    array = BYTES[:, :, 0] if entry.name == "cv2.merge" else BYTES
    result = run(entry, np.ascontiguousarray(array))
    assert result.dtype == np.uint8 and np.array_equal(np.unique(result), np.unique(array))


def check_constant(entry: Entry, tmp_path: Path) -> None:
    assert np.array_equal(run(entry, BYTES), sample(entry, BYTES))


def check_source(entry: Entry, tmp_path: Path) -> None:
    low, high = entry.operation.get("low"), entry.operation.get("high")
    last = entry.name.rsplit(".", 1)[-1]
    if last.startswith("empty") or low is None or high is None:
        return  # memory as it is, or no claim
    like = last.endswith("_like")
    shape = (50, 50) if last == "rand" else ((50, 50),)
    result = plain(found(entry.name)(*((sample(entry, UNIT),) if like else shape)))
    assert within(result, float(low), float(high), 0.0)  # type: ignore[arg-type]


def check_flip(entry: Entry, tmp_path: Path) -> None:
    assert np.array_equal(run(entry, BYTES), BYTES[::-1, ::-1, ::-1])


def check_split(entry: Entry, tmp_path: Path) -> None:
    assert np.array_equal(np.dstack(found(entry.name)(BYTES)), BYTES)


def check_swap(entry: Entry, tmp_path: Path) -> None:
    cv2 = importlib.import_module("cv2")
    assert np.array_equal(cv2.cvtColor(BYTES, cv2.COLOR_BGR2RGB), BYTES[:, :, ::-1])
    assert cv2.cvtColor(BYTES, cv2.COLOR_BGR2GRAY).shape == BYTES.shape[:2]


def check_blob(entry: Entry, tmp_path: Path) -> None:
    given = {"scalefactor": 1 / 127.5, "size": (16, 16), "mean": (104, 117, 123), "swapRB": True}
    result = run(entry, BYTES, **given)
    expected = (BYTES[:, :, ::-1].astype(float) - (104, 117, 123)) / 127.5
    assert result.dtype == np.float32 and np.allclose(result[0].transpose(1, 2, 0), expected, atol=1e-4)


def check_resample(entry: Entry, tmp_path: Path) -> None:
    cv2 = importlib.import_module("cv2")
    edges = np.zeros((16, 16, 3), np.float32)
    edges[4:12, 4:12] = 1
    for name, overshoots in (("INTER_LINEAR", False), ("INTER_CUBIC", True), ("INTER_LANCZOS4", True)):
        result = cv2.resize(edges, (37, 37), interpolation=getattr(cv2, name))
        assert (name in entry.operation["overshoots"]) == overshoots  # type: ignore[operator]
        assert within(result, 0, 1) != overshoots
        assert cv2.resize(BYTES, (37, 37), interpolation=getattr(cv2, name)).dtype == np.uint8
    assert run(entry, BYTES).dtype == np.uint8


def written(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    found("PIL.Image.fromarray")(BYTES).save(path)
    return path


def check_load(entry: Entry, tmp_path: Path) -> None:
    path, last = written(tmp_path), entry.name.rsplit(".", 1)[-1]
    if entry.name == "cv2.imdecode":
        result = found(entry.name)(np.frombuffer(path.read_bytes(), np.uint8), 1)
    elif last in {"frombytes", "frombuffer"}:
        result = np.asarray(found(entry.name)("RGB", (16, 16), BYTES.tobytes()))
    elif last == "merge":
        result = np.asarray(found(entry.name)("RGB", [found("PIL.Image.fromarray")(BYTES[:, :, i]) for i in range(3)]))
    elif last == "new":
        assert np.asarray(found(entry.name)("RGB", (2, 2), (255, 0, 1))).max() == 255
        return
    elif last == "camera":
        result = found(entry.name)()
        assert result.dtype == np.uint8 and result.max() > 200
        return
    else:
        result = np.asarray(found(entry.name)(str(path)))
    result = result[0] if result.ndim == 4 else result
    assert result.dtype == np.uint8
    assert np.array_equal(result, BYTES[:, :, ::-1] if entry.operation.get("order") == "BGR" else BYTES)


def check_sink(entry: Entry, tmp_path: Path) -> None:
    path, last = tmp_path / "out.png", entry.name.rsplit(".", 1)[-1]
    write = found(entry.name)
    if last == "fromarray":
        assert np.array_equal(np.asarray(write(BYTES)), BYTES)
        with pytest.raises(TypeError):
            write(UNIT)
        return
    if last in {"mimsave", "mimwrite"}:
        write(str(tmp_path / "out.gif"), [BYTES, BYTES])
        assert (tmp_path / "out.gif").stat().st_size > 0
        return
    if last == "imencode":
        coded = write(".png", np.array([[[300.4, -5.0, 1.5]]]))[1]
        result = importlib.import_module("cv2").imdecode(coded, 1)
    else:
        write(str(path), BYTES)
        stored = np.asarray(found("PIL.Image.open")(path))
        assert np.array_equal(stored, BYTES[:, :, ::-1] if entry.operation.get("order") == "BGR" else BYTES)
        if entry.operation["out_of_range"] == "raise":
            with pytest.raises((TypeError, ValueError, OSError)):
                write(str(path), UNIT * 300)
            return
        write(str(path), np.array([[[300.4, -5.0, 1.5]]]))
        result = importlib.import_module("cv2").imread(str(path))
    assert result.ravel().tolist() == [255, 0, 2]  # saturated, half to even, never scaled


CHECKS: dict[str, Callable[[Entry, Path], None]] = {
    "arithmetic": check_arithmetic, "clamp": check_clamp, "round": check_round, "bounded": check_bounded, "cast": check_cast,
    "to_unit": check_to_unit, "scale_dtype": check_scale_dtype, "normalize": check_normalize, "denormalize": check_normalize,
    "identity": check_identity, "photometric": check_photometric, "combine": check_combine, "constant": check_constant,
    "source": check_source, "flip": check_flip, "split": check_split, "swap": check_swap, "blob": check_blob,
    "resample": check_resample, "load": check_load, "sink": check_sink,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_package_does_what_the_catalogue_says(entry: Entry, tmp_path: Path):
    CHECKS[str(entry.operation["op"])](entry, tmp_path)


@pytest.mark.skipif(found("albumentations.Normalize") is None or found("cv2.imread") is None, reason="not all packages are here")
def test_most_of_the_catalogue_is_run():
    packages = {entry.name.split(".")[0] for entry in ENTRIES}
    assert {"numpy", "PIL", "cv2", "skimage", "imageio", "albumentations", "scipy"} <= packages
    assert len(ENTRIES) >= 300


@pytest.mark.parametrize(("low", "high", "peak"), [(0, 255, 255.0), (0.0, 1.0, 1.0)])
def test_metrics_take_the_range_that_the_catalogue_says(low: float, high: float, peak: float):
    metrics = pytest.importorskip("skimage.metrics")
    entry = catalogue().lookup("skimage.metrics.peak_signal_noise_ratio")
    assert entry is not None and entry.operation["data_range"] == "data_range"
    one, other = (BYTES, BYTES // 2) if high == 255 else (UNIT, UNIT / 2)
    inferred = metrics.peak_signal_noise_ratio(one, other)
    assert inferred == pytest.approx(metrics.peak_signal_noise_ratio(one, other, data_range=peak))
