"""Small faults in the tables of the product (TB-05): a word lost or gained, a value exchanged, a limit moved.

What tests.evidence.mutants cannot change stands here: the sets, maps, limits and patterns of a module. A mutant is put
in place by exchanging the object in every namespace of the product that holds it. Words that are only shown are left.
"""

from __future__ import annotations

import ast
import dis
import importlib
import random
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

from pmcds.patterns import _Lazy
from tests.evidence.alternatives import without_one
from tests.evidence.mutants import SOURCE, live, remembering

ROOMS = ("model", "fhir", "infer", "engine", "terminology", "hooks")
# The checker of other services and its probes, and tables of words for people.
LEFT_OUT = ("hooks/check", "hooks/probes", "hooks/conformance")
SHOWN = frozenset({"__all__", "WORDS", "_TITLES", "_ABOUT", "_KINDS:infer/variant_consistency.py"})
# Words that a set may gain are taken from the other sets of its module: so many at most.
GAINED = 3


@dataclass(frozen=True)
class TableMutant:
    """One fault of one table; `place` tells the faults of a table apart."""

    file: str
    name: str
    kind: str
    place: int

    @property
    def key(self) -> str:
        """A name that survives changes of other tables."""
        return f"{self.file}::{self.name} {self.kind}"

    @property
    def line(self) -> int:
        """Where the table stands."""
        return _assigned(SOURCE / self.file).get(self.name, 0)


def files() -> list[Path]:
    """The files whose tables are changed, and in which they may be used."""
    every = (path for room in ROOMS for path in (SOURCE / room).rglob("*.py"))
    return sorted(path for path in every if not path.relative_to(SOURCE).as_posix().startswith(LEFT_OUT))


def mutants() -> Iterator[TableMutant]:
    """Every mutant of every table."""
    for path in files():
        file = path.relative_to(SOURCE).as_posix()
        module = _module(path)
        for name in _assigned(path):
            if name not in SHOWN and f"{name}:{file}" not in SHOWN:
                for place, (kind, _) in enumerate(_changes(module, name)):
                    yield TableMutant(file, name, kind, place)


@cache
def _module(path: Path) -> ModuleType:
    name = path.relative_to(SOURCE).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    return importlib.import_module(f"pmcds.{name}")


@cache
def _assigned(path: Path) -> dict[str, int]:
    """The names that a module gives at its top, and their lines."""
    found: dict[str, int] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            found |= {item.id: node.lineno for item in ast.walk(target or ast.Pass()) if isinstance(item, ast.Name)}
    return found


Change = tuple[str, Any]  # what it is called, and the table that it leaves


def _changes(module: ModuleType, name: str) -> Iterator[Change]:
    value = getattr(module, name)
    if isinstance(value, bool):
        return
    if isinstance(value, (int, Decimal)):
        yield "one more", value + 1
    elif isinstance(value, timedelta):
        yield "a second more", value + timedelta(seconds=1)
    elif isinstance(value, (frozenset, set)):
        yield from _of_set(module, value)
    elif type(value) is tuple:
        for place, item in enumerate(value):
            yield f"without {_shown(item)}", value[:place] + value[place + 1 :]
    elif isinstance(value, (dict, MappingProxyType)):
        yield from _of_map(value)
    elif isinstance(value, (re.Pattern, _Lazy)):
        yield from _of_pattern(value)


def _shown(item: object) -> str:
    return str(getattr(item, "__name__", None) or repr(item))[:60]


def _of_set(module: ModuleType, value: frozenset[Any] | set[Any]) -> Iterator[Change]:
    kind = type(value)
    for item in sorted(value, key=repr):
        yield f"without {_shown(item)}", kind(value - {item})
    words: set[str] = set()
    for other in vars(module).values():
        if isinstance(other, (frozenset, set)):
            words |= {item for item in other if isinstance(item, str)}
    if all(isinstance(item, str) for item in value):
        more = sorted(words - value)
        for item in sorted(random.Random(0).sample(more, min(GAINED, len(more)))):
            yield f"with {_shown(item)}", kind(value | {item})


def _of_map(value: Mapping[Any, Any]) -> Iterator[Change]:
    keys = list(value)
    for place, key in enumerate(keys):
        yield f"without {_shown(key)}", {each: value[each] for each in keys if each != key}
        others = [value[each] for each in keys[place + 1 :] + keys[:place] if value[each] != value[key]]
        if others:
            yield f"{_shown(key)}: {_shown(others[0])}", {**value, key: others[0]}


def _of_pattern(value: Any) -> Iterator[Change]:
    text, flags = (value._text, value._flags) if isinstance(value, _Lazy) else (value.pattern, value.flags)
    for gone, left in without_one(text, flags):
        yield f"without {gone[:60]!r}", re.compile(left, flags)
    if isinstance(text, str) and flags & re.IGNORECASE:
        yield "minds the case", re.compile(text, flags & ~re.IGNORECASE)


@cache
def users(file: str, name: str) -> dict[str, frozenset[int]]:
    """The lines of functions, by file, that name the table, ask its module for it or have it as a default."""
    value = getattr(_module(SOURCE / file), name)
    found: dict[str, frozenset[int]] = {}
    for (where, _), functions in live().items():
        aliases = {alias for module, alias in _namespaces(file, name) if _place(module) == where}
        lines = {line for item in functions for line in _naming(item.__code__, aliases, name)}
        if not isinstance(value, int) and any(_is_default(item, value) for item in functions):
            lines |= {line for item in functions for _, _, line in item.__code__.co_lines() if line}
        if lines:
            found[where] = found.get(where, frozenset()) | frozenset(lines)
    return found


def _naming(code: CodeType, aliases: set[str], name: str) -> Iterator[int]:
    if {*aliases, name}.isdisjoint(code.co_names) and not any(isinstance(item, CodeType) for item in code.co_consts):
        return
    for instruction in dis.get_instructions(code):
        line = instruction.positions.lineno if instruction.positions else None
        of_module = instruction.opname == "LOAD_ATTR" and instruction.argval == name and name.isupper()
        if line and (of_module or (instruction.opname == "LOAD_GLOBAL" and instruction.argval in aliases)):
            yield line
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _naming(constant, aliases, name)


def _place(module: ModuleType) -> str:
    path = Path(getattr(module, "__file__", None) or "/")
    return path.relative_to(SOURCE).as_posix() if path.is_relative_to(SOURCE) else ""


@cache
def _namespaces(file: str, name: str) -> tuple[tuple[ModuleType, str], ...]:
    """Where the table stands: its own module, and those that import it under some name, tests among them."""
    value = getattr(_module(SOURCE / file), name)
    found = [(_module(SOURCE / file), name)]
    for module in list(sys.modules.values()):
        if module.__name__.startswith(("pmcds.", "tests.")):
            own = _assigned(SOURCE / _place(module)) if _place(module) else {}
            found += [
                (module, key)
                for key, item in vars(module).items()
                if item is value and key not in own and _named(key, name, value)
            ]
    return tuple(dict.fromkeys(found))


def _named(key: str, name: str, value: object) -> bool:
    """Small numbers are one object wherever they stand."""
    return key == name or not isinstance(value, int)


def put_in_place(mutant: TableMutant) -> bool:
    """Exchange the table wherever it stands, and forget what was found with it."""
    module = _module(SOURCE / mutant.file)
    value = getattr(module, mutant.name)
    changed = list(_changes(module, mutant.name))[mutant.place][1]
    for holder, alias in _namespaces(mutant.file, mutant.name):
        setattr(holder, alias, changed)
    if not isinstance(value, int):
        for (_, _), functions in live().items():
            for function in functions:
                _exchange_defaults(function, value, changed)
        _exchange_attributes(value, changed)
    _forget()
    return True


def _is_default(function: FunctionType, value: object) -> bool:
    return any(item is value for item in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()))


def _exchange_defaults(function: FunctionType, value: object, changed: object) -> None:
    if any(item is value for item in function.__defaults__ or ()):
        function.__defaults__ = tuple(changed if item is value else item for item in function.__defaults__ or ())
    defaults = function.__kwdefaults__ or {}
    for key in [key for key, item in defaults.items() if item is value]:
        defaults[key] = changed


def _exchange_attributes(value: object, changed: object) -> None:
    for module in list(sys.modules.values()):
        if not module.__name__.startswith("pmcds."):
            continue
        for item in list(vars(module).values()):
            if isinstance(item, type) and item.__module__ == module.__name__:
                for key in [key for key, held in vars(item).items() if held is value]:
                    setattr(item, key, changed)
            elif isinstance(item, dict) and not isinstance(value, str):
                for key in [key for key, held in item.items() if held is value]:
                    item[key] = changed


def _forget() -> None:
    for function, memory in remembering().items():
        if str(function.__module__).startswith("pmcds"):
            memory.cache_clear()
