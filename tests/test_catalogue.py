"""The catalogue: compiled from valid data, every fact with a source, and a table of facts checked one by one."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest
import yaml

from normlint.catalogue import CatalogueError, catalogue
from normlint.catalogue.compile import DATA, compiled, spellings, text
from normlint.catalogue.entries import OPERATIONS
from normlint.catalogue.loader import COMPILED, read

FILES = sorted(DATA.glob("*.yaml"))
GROUPS = [(path.name, group) for path in FILES for group in yaml.safe_load(path.read_text()).get("entries", ())]
GOOD = {"in": ["a"], "names": ["f"], "call": "function", "parameters": ["x", "lo", "hi"], "image": "x", "kind": "clamp",
        "operation": {"op": "clamp", "low": "lo", "high": "hi"}, "evidence": "doc: a.f"}  # fmt: skip


def folder(tmp_path: Path, *groups: dict[str, object], **tables: object) -> Path:
    (tmp_path / "made.yaml").write_text(yaml.safe_dump({"entries": list(groups), **tables}))
    return tmp_path


def test_compiled_file_is_current():
    assert COMPILED.read_text() == text(compiled()), "run python -m normlint.catalogue.compile"


def test_files_are_small():
    assert {path.name for path in FILES if len(path.read_text().splitlines()) >= 400} == set()


def test_every_spelling_stands_once_and_is_found():
    names = [("." if group["call"] == "method" else "") + n for _, group in GROUPS for n in spellings(group)]
    assert len(names) == len(set(names)) > 2500 and len(GROUPS) > 500
    known = catalogue()
    for name in names:
        entry = known.method(name[1:]) if name.startswith(".") else known.lookup(name)
        assert entry is not None and entry.name == name and entry.operation["op"] in OPERATIONS


def test_evidence_names_a_source():
    source = re.compile(r"(\w[\w.-]*==\d|doc: |definition of the function|executed: |[\w.-]+/[\w.-]+@[0-9a-f]{7})")
    assert [group["names"] for _, group in GROUPS if not source.search(group["evidence"])] == []


def test_all_operations_are_used():
    assert {group["operation"]["op"] for _, group in GROUPS} == set(OPERATIONS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"operation": {"op": "blur"}}, "op must be one of"),
        ({"operation": {"op": "clamp"}}, "clamp needs low or high"),
        ({"operation": {"op": "clamp", "low": "min"}}, "'min' is no parameter of it"),
        ({"operation": {"op": "clamp", "low": "lo", "mode": "x"}}, "clamp has no 'mode'"),
        ({"operation": {"op": "arithmetic", "operator": "%", "other": "lo"}}, "'%' is no operator"),
        ({"operation": {"op": "round", "mode": "up"}}, "'up' is no mode"),
        ({"image": "picture"}, "'picture' is no parameter"),
        ({"defaults": {"sigma": 1}}, "'sigma' is no parameter"),
        ({"renamed": {"low": "sigma"}}, "'sigma' is no parameter"),
        ({"renamed": {"lo": "hi"}}, "'lo' is renamed and a parameter"),
        ({"parameters": ["x", "x", "lo", "hi"]}, "stands twice"),
        ({"evidence": ""}, "evidence is missing"),
        ({"call": "lambda"}, "call must be one of"),
        ({"kind": "filter"}, "kind must be one of"),
        ({"in": []}, "functions and transforms need 'in'"),
        ({"title": "f"}, "unknown key 'title'"),
    ],
)
def test_wrong_entries_are_refused_by_file_and_name(tmp_path: Path, change: dict[str, object], message: str):
    with pytest.raises(CatalogueError, match=re.escape(message)) as raised:
        compiled(folder(tmp_path, {**GOOD, **change}))
    assert "made.yaml: f: " in str(raised.value)


def test_a_good_entry_compiles(tmp_path: Path):
    assert [group["names"] for group in compiled(folder(tmp_path, GOOD))["groups"]] == [["a.f"]]


@pytest.mark.parametrize("tables", [{"prefix": {}}, {"stats": [{"name": "s"}]}])
def test_wrong_files_are_refused(tmp_path: Path, tables: dict[str, object]):
    with pytest.raises(CatalogueError, match=r"made\.yaml"):
        compiled(folder(tmp_path, GOOD, **tables))


def test_a_name_that_stands_twice_is_refused(tmp_path: Path):
    with pytest.raises(CatalogueError, match=re.escape("made.yaml: a.f stands twice")):
        compiled(folder(tmp_path, GOOD, GOOD))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"groups": 1}'])
def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path, content: str):
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(CatalogueError, match=re.escape("broken.json")):
        read(path)


SPOT_CHECKS = textwrap.dedent("""
    torchvision.transforms.ToTensor                        transform to_unit     to_unit    layout=CHW
    torchvision.transforms.v2.ToDtype                      transform scale_dtype to_unit    scale=scale
    torchvision.transforms.v2.ToImage                      transform identity    None       dtype=None
    torchvision.transforms.Normalize                       transform normalize   normalize  inplace=inplace
    torchvision.transforms.functional.normalize            function  normalize   normalize  mean=mean
    torchvision.utils.save_image                           function  sink        sink       rounds=True
    torchvision.utils.make_grid                            function  grid        sink       value_range=value_range
    torchvision.transforms.functional.to_pil_image         function  sink        sink       out_of_range=wrap
    torch.nn.functional.normalize                          function  opaque      None       mean=None
    torch.clip                                             function  clamp       clamp      high=max
    torch.nn.Sequential                                    transform compose     None       transforms=*args
    torch.nn.functional.relu6                              function  bounded     None       high=6
    numpy.uint8                                            function  cast        cast       saturate=None
    jax.numpy.uint8                                        function  cast        cast       saturate=True
    jax.numpy.clip                                         function  clamp       clamp      low=a_min
    numpy.asarray                                          function  constant    None       dtype=dtype
    cv2.imread                                             function  load        None       order=BGR
    cv2.imwrite                                            function  sink        sink       out_of_range=saturate
    cv2.imshow                                             function  sink        sink       high=1
    cv2.dnn.blobFromImage                                  function  blob        normalize  scale=scalefactor
    PIL.Image.fromarray                                    function  sink        sink       result=pil
    matplotlib.pyplot.imread                               function  load        None       depends=True
    matplotlib.pyplot.imsave                               function  sink        sink       out_of_range=raise
    scipy.misc.imsave                                      function  sink        sink       out_of_range=stretch
    skimage.transform.resize                               function  to_unit     None       unless=preserve_range
    skimage.img_as_ubyte                                   function  scale_dtype scale      rounds=True
    tensorflow.compat.v1.cast                              function  cast        cast       dtype=dtype
    tensorflow.saturate_cast                               function  cast        cast       saturate=True
    tensorflow.keras.layers.Rescaling                      transform rescale     normalize  scale=scale
    tensorflow.keras.applications.vgg16.preprocess_input   function  normalize   normalize  order=BGR
    keras.applications.mobilenet_v2.preprocess_input       function  normalize   normalize  peak=255
    keras.applications.efficientnet.preprocess_input       function  identity    None       peak=None
    albumentations.Normalize                               transform normalize   normalize  peak=max_pixel_value
    albumentations.pytorch.ToTensorV2                      transform identity    None       layout=CHW
    kornia.enhance.denormalize                             function  denormalize denormalize std=std
    lpips.LPIPS                                            transform metric      metric     low=-1
    tensorboardX.SummaryWriter.add_image                   function  sink        sink       out_of_range=wrap
    coremltools.ImageType                                  transform rescale     normalize  scale=scale
    nvidia.dali.fn.crop_mirror_normalize                   function  normalize   normalize  mean=mean
    mmengine.model.ImgDataPreprocessor                     transform normalize   normalize  swap=bgr_to_rgb
    timm.create_model                                      function  checkpoint  checkpoint result=None
    clip.load                                              function  checkpoint  checkpoint result=model_processor
    .add_image                                             method    sink        sink       out_of_range=clip
    .astype                                                method    cast        cast       dtype=dtype
    .byte                                                  method    cast        cast       dtype_value=uint8
    .detach                                                method    identity    None       view=True
    .clone                                                 method    identity    None       view=None
    .clamp                                                 method    clamp       clamp      low=min
""")


@pytest.mark.parametrize("line", SPOT_CHECKS.split("\n")[1:-1], ids=lambda line: line.split()[0])
def test_fact(line: str):
    name, call, operation, kind, detail = line.split()
    known = catalogue()
    entry = known.method(name[1:]) if name.startswith(".") else known.lookup(name)
    assert entry is not None
    assert (entry.call, entry.operation["op"], str(entry.kind)) == (call, operation, kind)
    key, value = detail.split("=", 1)
    assert str(entry.operation.get(key)).replace(" ", "_") == value


def test_names_are_resolved_through_chained_aliases():
    known = catalogue()
    entry = known.lookup("tensorflow.compat.v1.keras.applications.densenet.preprocess_input")
    assert entry is not None and entry.name == "keras.applications.densenet.preprocess_input"
    assert known.lookup("tensorflow.keras") is None
    assert known.lookup("tensorflowx.cast") is None
    assert known.lookup("") is None and known.method("no_such_method") is None


def test_old_spellings_of_keywords():
    known = catalogue()
    for name, old, new in (("numpy.clip", "min", "a_min"), ("torchvision.utils.make_grid", "range", "value_range")):
        entry = known.lookup(name)
        assert entry is not None and entry.renamed[old] == new


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("torch.half", "dtype:float16"),
        ("jax.numpy.float32", "dtype:float32"),
        ("tensorflow.compat.v1.uint8", "dtype:uint8"),
        ("cv2.COLOR_BGR2RGB", "COLOR_BGR2RGB"),
        ("timm.data.IMAGENET_DEFAULT_MEAN", [0.485, 0.456, 0.406]),
        ("transformers.image_utils.OPENAI_CLIP_STD", [0.26862954, 0.26130258, 0.27577711]),
        ("torch.no_such", None),
    ],
)
def test_constant(name: str, value: object):
    assert catalogue().constant(name) == value


def test_known_stats_are_in_unit_scale_and_rgb():
    stats = {known.name: known for known in catalogue().known_stats}
    assert len(stats) == len(catalogue().known_stats) >= 80
    for known in stats.values():
        assert all(-1 <= number <= 1.01 for number in known.mean) and all(0 < number <= 1.01 for number in known.std)
    for name in ("ImageNet x255", "ImageNet x255 in BGR order"):
        assert stats[name].mean == pytest.approx(stats["ImageNet"].mean)
        assert stats[name].std == pytest.approx(stats["ImageNet"].std)
    assert stats["Caffe VGG/ResNet"].mean == pytest.approx((123.68 / 255, 116.779 / 255, 103.939 / 255))


def test_not_typos():
    assert (0.406, 0.456, 0.485) in catalogue().not_typos


def test_trigger_words_hold_sites_and_no_everyday_words():
    words = catalogue().trigger_words()
    assert {"Normalize", "ToTensor", "clamp", "imread", "save_image", "astype", "blobFromImage"} <= words
    assert not words & {"to", "float", "save", "show", "cat", "add", "resize", "merge", "zeros"}


def test_entries_are_built_once_and_no_yaml_is_read():
    known = read()
    assert known.lookup("torch.clamp") is known.lookup("torch.clamp")
    assert any("torch.clamp" in group["names"] for group in json.loads(COMPILED.read_text())["groups"])
    assert "yaml" not in Path(read.__code__.co_filename).read_text().split('"""', 2)[2]
