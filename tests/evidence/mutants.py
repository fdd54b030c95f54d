"""Small faults for mutation testing (TB-05): one change to one node of one function of the product.

A mutant is put in place by exchanging the code object of the live function, so that nothing has to be imported again.
What stands outside of functions (tables, defaults, decorators) is not changed.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.evidence.goldens import ROOT
from tests.evidence.mutant_losses import KINDS, losses

SOURCE = ROOT / "src" / "pmcds"
# The decision core, and what reads status, subject and unit.
CORE = (
    "infer/*.py", "engine/*.py", "fhir/gates.py", "fhir/subjects.py", "fhir/values.py", "fhir/copies.py",
    "fhir/links.py", "fhir/consents.py", "fhir/observations/numbers.py", "fhir/observations/laboratory.py",
    "fhir/observations/answers.py", "terminology/units.py",
)  # fmt: skip

# With losses: all that a patient's data, a request or an answer passes through.
WIDE = ("fhir/**/*.py", "infer/**/*.py", "engine/**/*.py", "hooks/**/*.py", "server/**/*.py", "terminology/**/*.py",
        "model/**/*.py", "api.py", "selection.py", "result.py")  # fmt: skip
# The checker of other services, its probes, and words for people.
NOT_WIDE = (
    "hooks/check_",
    "hooks/checks",
    "hooks/checklist",
    "hooks/probes",
    "hooks/conformance",
    "server/page",
    "server/serving",
)

SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One fault: where, of which kind, and what the line says without it."""

    file: str
    function: str
    line: int
    kind: str
    place: int
    text: str

    @property
    def key(self) -> str:
        """A name that survives changes of other lines."""
        return f"{self.file}::{self.function} {self.kind} in `{self.text}`"


Change = tuple[str, Callable[[], None]]


def _expression(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            yield "comparison", lambda p=place, o=operator: node.ops.__setitem__(p, SWAPS[type(o)]())  # type: ignore[misc]
    elif isinstance(node, ast.BoolOp):
        yield "and/or", lambda: setattr(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", lambda: setattr(node, "op", ast.Not()) or setattr(node, "operand", _not(node.operand))
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield "arithmetic", lambda: setattr(node, "op", ARITHMETIC[type(node.op)]())
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "filter dropped", lambda: node.ifs.clear()


def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", lambda: setattr(node, "value", not value)
    elif isinstance(value, int):
        yield "constant", lambda: setattr(node, "value", value + 1)
    elif isinstance(value, str):
        yield "constant", lambda: setattr(node, "value", value + "x" if value else "x")


def _not(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), node)


def _statement(node: ast.stmt) -> Iterator[Change]:
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield "condition negated", lambda: setattr(node, "test", _not(node.test))
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "returns None", lambda: setattr(node, "value", ast.Constant(None))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _removable(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    return isinstance(node, (ast.AugAssign, ast.Raise, ast.Continue, ast.Break))


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list):
            yield body


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes below, without annotations, defaults and decorators, which the code of a function does not hold."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "args", "type_comment"):
            if isinstance(node, ast.Call) and name == "args":
                yield from value
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                yield item


def _below(node: ast.AST) -> Iterator[ast.AST]:
    for item in _inner(node):
        if isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant):
            continue  # a docstring
        yield item
        yield from _below(item)


def _changes(function: ast.AST) -> Iterator[tuple[ast.AST, str, Callable[[], None]]]:
    """Every change of one function, always in the same order."""
    line = function
    for node in _below(function):
        line = _run_with(node) or line
        for kind, change in (*_expression(node), *_statement(node)):  # type: ignore[arg-type]
            yield line, kind, change
    for node in (function, *_below(function)):
        for body in _bodies(node):
            for place, item in enumerate(body):
                if _removable(item):
                    gone: Callable[[], None] = lambda b=body, p=place, i=item: b.__setitem__(  # type: ignore[misc]  # noqa: E731
                        p, ast.copy_location(ast.Pass(), i)
                    )
                    yield item, "statement removed", gone
    # After the others, whose places stay what they were.
    line = function
    for node in _below(function):
        line = _run_with(node) or line
        for kind, change in losses(node):
            yield line, kind, change


def _run_with(node: ast.AST) -> ast.AST | None:
    """What is run whenever the node is: a filter and a condition stand behind what only some of their values reach."""
    if isinstance(node, ast.comprehension):
        return node.ifs[0] if node.ifs else None
    if isinstance(node, ast.IfExp):
        return node.test
    return node if hasattr(node, "lineno") else None


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    yield f"{node.name}.{item.name}", item


def files(wide: bool = False) -> list[Path]:
    """The files under mutation testing."""
    every = sorted({path for pattern in (WIDE if wide else CORE) for path in SOURCE.glob(pattern)})
    return [path for path in every if not path.relative_to(SOURCE).as_posix().startswith(NOT_WIDE)]


def mutants(wide: bool = False) -> Iterator[Mutant]:
    """Every mutant of the core, or every loss of all that data pass through."""
    for path in files(wide):
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for name, function in _functions(ast.parse(source)):
            for place, (node, kind, _) in enumerate(_changes(function)):
                if (kind in KINDS) != wide:
                    continue
                number = getattr(node, "lineno", 0)
                yield Mutant(
                    path.relative_to(SOURCE).as_posix(), name, number, kind, place, lines[number - 1].strip()[:100]
                )


def changed_code(mutant: Mutant) -> CodeType:
    """The code object of the mutant's function."""
    path = SOURCE / mutant.file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for name, function in _functions(tree):
        if name == mutant.function:
            for place, (_, _, change) in enumerate(_changes(function)):
                if place == mutant.place:
                    change()
                    break
    ast.fix_missing_locations(tree)
    return next(_found(compile(tree, str(path), "exec", dont_inherit=True), mutant.function))


def _found(code: CodeType, name: str) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == name:
                yield constant
            elif name.startswith(constant.co_qualname + "."):
                yield from _found(constant, name)


@cache
def live() -> dict[tuple[str, str], list[FunctionType]]:
    """The live functions of the product by file and name."""
    found: dict[tuple[str, str], list[FunctionType]] = {}
    for item in gc.get_objects():
        if isinstance(item, FunctionType) and item.__code__.co_filename.startswith(str(SOURCE)):
            file = Path(item.__code__.co_filename).relative_to(SOURCE).as_posix()
            found.setdefault((file, item.__code__.co_qualname), []).append(item)
    return found


@cache
def remembering() -> dict[FunctionType, Any]:
    """The functions of the product behind a cache that forgets nothing by itself."""
    kind = type(live)
    return {
        item.__wrapped__: item for item in gc.get_objects() if isinstance(item, kind) and hasattr(item, "__wrapped__")
    }


def put_in_place(mutant: Mutant) -> bool:
    """Exchange the code of the live function; false if there is none."""
    functions = live().get((mutant.file, mutant.function), [])
    code = changed_code(mutant)
    for function in functions:
        function.__code__ = code
        if function in remembering():
            # What it gave without the fault is not to be told again.
            remembering()[function].cache_clear()
    return bool(functions)
