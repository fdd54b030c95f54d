"""Losses for mutation testing: one operand, element, keyword, guard or all but the first of a loop is left out.

What a tired engineer or a careless merge does, rather than what an operator exchanges: see `scripts/mutate --losses`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

Change = tuple[str, Callable[[], None]]

# Methods that bring a text into one form.
_FORMING = frozenset({
    "lower", "upper", "casefold", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "replace",
})  # fmt: skip
_OTHER_NAME = {"any": "all", "all": "any", "min": "max", "max": "min", "partition": "rpartition",
               "rpartition": "partition", "startswith": "endswith", "endswith": "startswith"}  # fmt: skip
# What is no step of its own: its argument is not what it gives.
_BUILT_IN = frozenset({
    "len", "bool", "int", "float", "str", "repr", "hash", "iter", "next", "dict", "tuple", "list", "set", "frozenset",
    "type", "isinstance", "id", "print", "cast", "any", "all", "min", "max", "sum", "enumerate", "zip", "range",
    "super", "getattr", "hasattr", "vars", "ord", "chr", "callable", "field", "replace",
})  # fmt: skip
KINDS = frozenset({
    "operand left out", "element left out", "key left out", "keyword left out", "step left out", "form left out",
    "other name", "guard never", "guard always", "filter left out", "first only",
})  # fmt: skip


def losses(node: ast.AST) -> Iterator[Change]:
    """Each thing that can be left out of one node."""
    if isinstance(node, ast.BoolOp):
        for place in range(len(node.values)):
            other = place + 1 if place + 1 < len(node.values) else place - 1
            yield "operand left out", lambda p=place, o=other: node.values.__setitem__(p, copy.deepcopy(node.values[o]))  # type: ignore[misc]
    elif isinstance(node, ast.Set):
        yield from _elements(node.elts)
    elif isinstance(node, ast.Compare):
        for right in node.comparators:
            if isinstance(right, (ast.Tuple, ast.List)):
                yield from _elements(right.elts)
    elif isinstance(node, ast.Dict):
        for place, key in enumerate(node.keys):
            if key is not None and len(node.keys) > 1:
                yield "key left out", lambda p=place: (node.keys.pop(p), node.values.pop(p), None)[-1]  # type: ignore[misc]
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, (ast.If, ast.IfExp)):
        yield "guard never", lambda: setattr(node, "test", ast.Constant(False))
        yield "guard always", lambda: setattr(node, "test", ast.Constant(True))
    elif isinstance(node, (ast.For, ast.comprehension)):
        yield from _loop(node)


def _elements(elements: list[ast.expr]) -> Iterator[Change]:
    if len(elements) > 1:
        for place in range(len(elements)):
            yield "element left out", lambda p=place: (elements.pop(p), None)[-1]  # type: ignore[misc]


def _loop(node: ast.For | ast.comprehension) -> Iterator[Change]:
    if isinstance(node, ast.For) and isinstance(node.iter, (ast.Tuple, ast.List)):
        yield from _elements(node.iter.elts)

    def first() -> None:
        every = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
        node.iter = ast.Subscript(every, ast.Slice(None, ast.Constant(1)), ast.Load())

    yield "first only", first
    if isinstance(node, ast.comprehension) and len(node.ifs) > 1:
        for place in range(len(node.ifs)):
            yield "filter left out", lambda p=place: (node.ifs.pop(p), None)[-1]  # type: ignore[misc]


def _call(node: ast.Call) -> Iterator[Change]:
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield "keyword left out", lambda p=place: (node.keywords.pop(p), None)[-1]  # type: ignore[misc]
    for argument in node.args:
        if isinstance(argument, ast.Tuple):
            yield from _elements(argument.elts)
    called = node.func
    if isinstance(called, ast.Attribute):
        if called.attr in _FORMING:
            yield "form left out", lambda: _gives(node, called.value)
        if called.attr in _OTHER_NAME:
            yield "other name", lambda: setattr(called, "attr", _OTHER_NAME[called.attr])
    elif isinstance(called, ast.Name):
        if called.id in _OTHER_NAME:
            yield "other name", lambda: setattr(called, "id", _OTHER_NAME[called.id])
        plain = len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred)
        if plain and called.id not in _BUILT_IN and called.id[:1].islower():
            yield "step left out", lambda: _gives(node, node.args[0])


def _gives(node: ast.Call, value: ast.expr) -> None:
    """Make the call give a part of itself as it is."""
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    node.func, node.args, node.keywords = ast.Lambda(nothing, value), [], []
