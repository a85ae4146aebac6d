"""The HTML report: complete, self-contained, escaped, the same every time."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from normlint.cli import main
from normlint.findings import Finding, Related
from normlint.pixelmap import UNIT, Interval
from normlint.places import Place
from normlint.project import Analysis, analyze
from normlint.report.audit import audit_html
from normlint.report.audit.groups import grouped
from normlint.report.audit.markup import Html, joined, tag
from normlint.report.audit.ranges import range_bar
from normlint.sites import Site

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "demo"
VOID = {"meta"}
NASTY = "</style><script>alert(1)</script>\"'>\x1b[31m\u202e&amp;"


class Reader(HTMLParser):
    """Collects tags, attributes and text; fails on elements that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def demo() -> Analysis:
    return analyze((DEMO,))


def test_report_is_self_contained(demo: Analysis) -> None:
    page = Reader(audit_html(demo))
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(page.tags)
    links = [value for _, name, value in page.attributes if name in {"href", "src", "xlink:href", "action"}]
    anchors = {value for _, name, value in page.attributes if name == "id"}
    assert links
    assert all(link.startswith("#") and link[1:] in anchors for link in links)
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert "url(" not in audit_html(demo)
    assert "@import" not in audit_html(demo)
    assert str(ROOT) not in audit_html(demo)


def test_report_says_what_was_found(demo: Analysis) -> None:
    page = Reader(audit_html(demo))
    text = " ".join(page.text)
    for finding in demo.findings:
        assert finding.message in text
        assert f"{finding.place.path}:{finding.place.line}:{finding.place.column}" in text
    assert "ImageNet" in text
    assert "How the value gets there: 6 steps" in text
    assert "not as in training" in text
    assert page.tags.count("article") == len(demo.findings)


def test_report_is_the_same_every_time(demo: Analysis) -> None:
    again = analyze((DEMO,))
    turned = Analysis(
        again.root, again.findings[::-1], again.sites[::-1], again.files_seen, again.files_lowered, known_facts=again.facts
    )
    assert audit_html(demo) == audit_html(again) == audit_html(turned)


def test_hostile_names_and_source_are_text(tmp_path: Path) -> None:
    root = tmp_path / "<b>root"
    root.mkdir()
    (root / "a.py").write_text(f"x = 1  # {NASTY}\n", encoding="utf-8")
    place = Place("a.py", 1, 1, 1, 60)
    found = Finding("NL103", NASTY, "error", "high", place, NASTY, NASTY, (Related(Place(f"{NASTY}.py", 1, 1, 1, 2), NASTY),))
    site = Site(Place(f"{NASTY}.py", 1, 1, 1, 2), "normalize", NASTY, (0.5,), (0.5,), (2.0,), (-1.0,))
    markup = audit_html(Analysis(root, (found,), (site,), 1, 1))
    page = Reader(markup)
    assert "script" not in page.tags
    assert "b" not in {tag for tag, name, value in page.attributes}
    assert "\x1b" not in markup
    assert "\u202e" not in markup
    assert NASTY.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e") in "".join(page.text)


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "<&>", Html("<b></b>"), class_='"x') == '<p class="&quot;x">&lt;&amp;&gt;<b></b></p>'
    assert joined("<", ["&", None, Html("<i></i>")]) == "&lt;&amp;<i></i>"
    assert type("a" + Html("<")) is str, "a mixture counts as text again"


def widths(markup: str, class_: str) -> list[float]:
    return [float(width) for width in re.findall(rf'class="{class_}"[^>]* width="([\d.]+)"', markup)]


def test_range_bar() -> None:
    assert widths(range_bar(UNIT), "band") == widths(range_bar(UNIT), "bar value")
    assert "drawn against 0 to 255" in range_bar(Interval((-142.5,), (464.1,)))
    assert len(widths(range_bar(Interval((-142.5,), (464.1,)), strict=True), "bar outside")) == 2
    assert len(re.findall("bar (?:red|green|blue)", range_bar(Interval((0.0, 0.1, 0.2), (1.0, 1.1, 1.2))))) == 3
    assert "range unknown" in range_bar(None)


@pytest.mark.parametrize("ends", [(-math.inf, math.inf), (0.0, math.inf), (0.0, 0.0), (-1e300, 1e300), (5e-324, 5e-324)])
def test_range_bar_of_any_range(ends: tuple[float, float]) -> None:
    markup = range_bar(Interval((ends[0],), (ends[1],)))
    assert all(0 <= width <= 240 for width in widths(markup, "band") + widths(markup, "bar value"))
    assert "nan" not in markup


def test_same_stats_are_one_group_however_they_are_spelled() -> None:
    imagenet = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    in_bytes = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
    sites = (
        Site(Place("a.py", 1, 1, 1, 2), "normalize", "n", *imagenet, (1.0,), (0.0,)),
        Site(Place("b.py", 1, 1, 1, 2), "normalize", "n", *in_bytes, (1.0,), (0.0,)),
        Site(Place("c.yaml", 1, 1, 1, 2), "config", "mean", *in_bytes),
        Site(Place("d.py", 1, 1, 1, 2), "denormalize", "arithmetic", None, None, imagenet[1], imagenet[0]),
        Site(Place("e.py", 1, 1, 1, 2), "denormalize", "arithmetic", None, None, (127.5,), (128.0,)),
        Site(Place("f.py", 1, 1, 1, 2), "normalize", "n"),
        Site(Place("g.py", 1, 1, 1, 2), "normalize", "arithmetic", None, None, (1.0,), (-5.5,)),
    )
    found = grouped(sites)
    assert [(group.name, [site.place.path for site in group.sites]) for group in found.groups] == [
        ("ImageNet", ["a.py", "b.py", "c.yaml", "d.py"]), ("0.5/0.5", ["e.py"]),
    ]  # fmt: skip
    assert [site.place.path for site in found.unknown] == ["f.py"]
    assert [site.place.path for site in found.other] == ["g.py"]


def test_models_and_why_they_are_compared(tmp_path: Path) -> None:
    model = "import torch.nn as nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"
    (tmp_path / "model.py").write_text(model)
    (tmp_path / "train.py").write_text(
        "from torch.utils.data import DataLoader\nfrom torchvision import datasets, transforms as T\nfrom model import Net\n"
        "t = T.Compose([T.ToTensor(), T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])\n"
        "data = DataLoader(datasets.ImageFolder('a', t), shuffle=True)\nnet = Net()\nnet.train()\n"
        "for x, y in data:\n    net(x).sum().backward()\n"
    )
    (tmp_path / "predict.py").write_text(
        "from PIL import Image\nfrom torchvision import transforms as T\nfrom model import Net\nnet = Net().eval()\n"
        "t = T.Compose([T.ToTensor(), T.Normalize((0.5,), (0.5,))])\nprint(net(t(Image.open('a.png'))[None]))\n"
    )
    (tmp_path / "normlint.toml").write_text("")
    text = " ".join(Reader(audit_html(analyze((tmp_path,)))).text)
    assert "Models and what reaches them" in text
    assert "train.py and predict.py: both use Net (model.py), one folder" in text


def test_command(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    done = CliRunner().invoke(main, ["audit", str(DEMO), "-o", str(target)])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Found 6 findings")
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>\n<html")
    failed = CliRunner().invoke(main, ["audit", str(DEMO), "-o", str(tmp_path / "no" / "report.html")])
    assert failed.exit_code == 2
    assert failed.stderr.count("\n") == 1


def test_project_without_image_code(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    text = " ".join(Reader(audit_html(analyze((tmp_path,)))).text)
    assert "No findings." in text
    assert "No normalization was found." in text


def test_what_scrolls_can_be_reached_with_the_keyboard_and_every_column_has_a_name(demo: Analysis) -> None:
    markup = audit_html(demo)
    assert markup.count("<table") == markup.count('<div class="scroll" tabindex="0" role="group" aria-label="') > 5
    assert markup.count("<pre") == markup.count('<pre tabindex="0">') > 5
    assert "<th></th>" not in markup
