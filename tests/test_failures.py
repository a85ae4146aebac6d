"""A defect of the evaluator costs what follows it in its function or module, never the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from normlint.evaluate import failures, statements
from normlint.evaluate.failures import note as reported
from normlint.project import Settings, analyze

SOURCE = """\
import torchvision.transforms as T


def broken(x):
    assert x
    return x / 255


def fine(x):
    return (x / 255).clip(0, 2) * 255


normalize = T.Normalize([0.229, 0.224, 0.225], [0.485, 0.456, 0.406])
"""


@pytest.mark.skipif(not statements.__file__.endswith(".py"), reason="nothing takes the place of a compiled function")
@pytest.mark.parametrize("top", [False, True])
def test_a_failure_is_a_finding_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: bool) -> None:
    monkeypatch.setattr(failures, "note", reported)
    original = statements.run_statement

    def failing(run: statements.Machine, node: statements.ir.Statement) -> bool:
        if isinstance(node, statements.ir.Assert):
            raise KeyError("a name")
        return original(run, node)

    monkeypatch.setattr(statements, "run_statement", failing)
    (tmp_path / "a.py").write_text(SOURCE + ("assert normalize\nnever = normalize\n" if top else ""))
    (tmp_path / "b.py").write_text("def back(x):\n    return x * 0.5 + 0.5\n")
    found = analyze((tmp_path,), Settings(), root=tmp_path)
    problems = [finding for finding in found.findings if finding.code == "NL902"]
    assert [finding.place.line for finding in problems] == ([4, 14] if top else [4])
    assert all("KeyError" in finding.message and "please report" in finding.message for finding in problems)
    assert "NL305" in {finding.code for finding in found.findings}
    assert {"a.py", "b.py"} <= {site.place.path for site in found.sites}


def test_a_checkpoint_that_is_spread_into_the_mapping_of_its_stats(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "def config(**more):\n    return {'mean': (0.5, 0.5, 0.5), 'std': (0.5, 0.5, 0.5), **more}\n\n\n"
        "CONFIGS = {'vit': config(hf_hub_id='timm/vit_base_patch16_224.augreg_in21k')}\n"
    )
    analyze((tmp_path,), Settings(), root=tmp_path)
