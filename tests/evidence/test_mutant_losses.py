"""Each kind of loss leaves out what it says, and nothing that the other mutants count is moved by it."""

from __future__ import annotations

import ast

import pytest

from tests.evidence import mutants
from tests.evidence.mutant_losses import KINDS, losses


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a and b", {"operand left out: b and b", "operand left out: a and a"}),
        ("{1, 2}", {"element left out: {2}", "element left out: {1}"}),
        ("x in (1, 2)", {"element left out: x in (2,)", "element left out: x in (1,)"}),
        ("{'a': 1, **b}", {"key left out: {**b}"}),
        ("f(x, k=1)", {"keyword left out: f(x)"}),
        ("bare(x)", {"step left out: (lambda: x)()"}),
        ("x.lower()", {"form left out: (lambda: x)()"}),
        ("any(x)", {"other name: all(x)"}),
        ("x if c else y", {"guard never: x if False else y", "guard always: x if True else y"}),
    ],
)
def test_one_thing_is_left_out(text: str, left: set[str]) -> None:
    found = set()
    for place in range(len(list(losses(ast.parse(text, mode="eval").body)))):
        tree = ast.parse(text, mode="eval")
        kind, change = list(losses(tree.body))[place]
        change()
        ast.fix_missing_locations(tree)
        compile(tree, "x", "eval")
        found.add(f"{kind}: {ast.unparse(tree)}")
    assert found == left


def test_a_loop_takes_its_first_only_and_one_filter_goes_at_a_time() -> None:
    def kinds(text: str) -> list[str]:
        node = ast.parse(text, mode="eval").body
        assert isinstance(node, ast.ListComp)
        return [kind for kind, _ in losses(node.generators[0])]

    assert kinds("[x for x in y if a if b]") == ["first only", "filter left out", "filter left out"]
    assert kinds("[x for x in y if a]") == ["first only"]


@pytest.mark.slow
def test_losses_and_the_mutants_of_the_core_are_told_apart() -> None:
    wide, core = list(mutants.mutants(wide=True)), list(mutants.mutants())
    assert {mutant.kind for mutant in wide} >= KINDS - {"filter left out"}
    assert not {mutant.kind for mutant in core} & KINDS
    rooms = {mutant.file.partition("/")[0] for mutant in wide}
    assert rooms >= {"fhir", "infer", "engine", "terminology", "hooks", "server", "api.py", "selection.py"}
    assert len(wide) > 10_000
