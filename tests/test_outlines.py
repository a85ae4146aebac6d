"""What stays of a module once its top level was evaluated, and what goes."""

from __future__ import annotations

import gc

from normlint import ir
from normlint.catalogue import catalogue
from normlint.evaluate.imports import module_scope
from normlint.evaluate.machine import Machine
from normlint.lowering import lower

SOURCE = """\
TABLE = {"a": [1.5, 2.5, 3.5]}
if flag:
    def chosen(x: "list[int]" = [7.25], *, y: Kind = None):
        return x
class Held:
    pass
for name in TABLE:
    print(name)
if __name__ == "__main__":
    print("run")
"""


def test_statements_go_and_what_is_asked_of_them_stays() -> None:
    machine = Machine(lambda path: lower(path, SOURCE.encode()), frozenset({"a.py"}), catalogue())
    scope = module_scope(machine, "a.py")
    assert scope is not None and machine.scopes[scope].module.body == ()
    outline = machine.outlines["a.py"]
    assert (outline.defined, outline.has_work, outline.serves) == (("chosen", "Held"), True, False)
    assert [type(statement) for statement in outline.program] == [ir.If]
    gc.collect()
    left = [node for node in gc.get_objects() if isinstance(node, ir.Constant) and node.value in {1.5, 2.5, 3.5, 7.25}]
    assert not left
