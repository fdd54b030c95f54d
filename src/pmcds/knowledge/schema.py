"""JSON Schema for authors: each error becomes one problem with its place and mend."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pmcds import _resources
from pmcds.errors import Problem
from pmcds.knowledge.files import TABLES, Files, kind_of
from pmcds.knowledge.yaml import Path, Source

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

# A jsonschema error: its fields are typed as possibly unset, which they never are once it was raised.
ValidationError = Any

MEND = "x-mend"
_TYPES = {
    "object": "a mapping", "array": "a list", "string": "a text", "number": "a number", "integer": "a whole number",
    "boolean": "true or false",
}  # fmt: skip
_SHOWN = 60
_NEAR = 0.7


def schema_problems(files: Files) -> tuple[Problem, ...]:
    """What in these files does not follow the schema of its kind."""
    checks: dict[str, Validator] = {}
    problems: list[Problem] = []
    for path, source in files.sources.items():
        kind = kind_of(path)
        if kind not in TABLES:
            if kind not in checks:
                checks[kind] = validator(kind)
            problems += problems_of(source, checks[kind])
    return tuple(problems)


def validator(kind: str) -> Validator:
    """The check of one kind of file."""
    from jsonschema import Draft202012Validator  # only at check time: an engine starts without it

    check: Validator = Draft202012Validator(json.loads(_resources.schema(kind)))
    return check


def problems_of(source: Source, check: Validator) -> list[Problem]:
    """The problems of one file, in the order of its lines, each once."""
    found = {problem: None for error in check.iter_errors(source.value) for problem in _explained(source, error)}
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def _explained(source: Source, error: ValidationError) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    if error.validator in ("anyOf", "oneOf"):
        yield from _branches(source, error, path)
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield source.problem(path, f"`{name}` is missing{_where(path)}", f"add {name}: to it")
    elif error.validator == "additionalProperties":
        yield from _unknown_keys(source, error, path)
    elif error.parent is not None and error.parent.validator == "propertyNames":
        yield source.problem((*path, str(error.instance)), f"{_shown(error.instance)} is no id", _mend(error), key=True)
    elif error.validator == "propertyNames":
        for inner in error.context or ():
            yield from _explained(source, inner)
    else:
        yield source.problem(path, _message(error, path), _mend(error))


def _branches(source: Source, error: ValidationError, path: Path) -> Iterator[Problem]:
    """Problems of the one branch that was meant, by its type; else one problem for all branches."""
    context = list(error.context or ())
    wrong_type = {inner.schema_path[0] for inner in context if inner.validator == "type" and not inner.relative_path}
    meant = [inner for inner in context if inner.schema_path[0] not in wrong_type]
    if len({inner.schema_path[0] for inner in meant}) == 1 and not all(_about_keys(inner) for inner in meant):
        for inner in meant:
            yield from _explained(source, inner)
        return
    if meant and all(_about_keys(inner) for inner in meant):
        if set(error.instance) - set(error.schema.get("properties", error.instance)):
            return  # an unknown key is told by itself, and explains why the others are missing
        message = f"the keys do not fit{_where(path)}"
    elif not context:
        message = f"two things that exclude each other{_where(path)}"
    else:
        message = f"{_shown(error.instance)} does not fit{_where(path)}"
    yield source.problem(path, message, _mend(error))


def _about_keys(error: ValidationError) -> bool:
    return error.validator == "required" and not error.relative_path


def _unknown_keys(source: Source, error: ValidationError, path: Path) -> Iterator[Problem]:
    known = list(error.schema.get("properties", {}))
    patterns = error.schema.get("patternProperties", {})
    for name in error.instance:
        if name not in known and not any(re.search(pattern, name) for pattern in patterns):
            close = get_close_matches(str(name), known, 1, _NEAR)
            mend = f"did you mean {close[0]}?" if close else f"one of {', '.join(known)}" if known else _mend(error)
            yield source.problem((*path, name), f"`{name}` is not known{_where(path)}", mend, key=True)


def _message(error: ValidationError, path: Path) -> str:
    shown, where = _shown(error.instance), _where(path)
    if error.validator == "type":
        wanted = [error.validator_value] if isinstance(error.validator_value, str) else list(error.validator_value)
        return f"{shown} is not {' or '.join(_TYPES.get(name, name) for name in wanted)}{where}"
    if error.validator in ("enum", "const"):
        return f"{shown} is not known{where}"
    if error.validator in ("minItems", "minProperties", "minLength"):
        return f"nothing stands{where or ' here'}"
    if error.validator == "uniqueItems":
        return f"a value stands twice{where}"
    if error.validator in ("minimum", "exclusiveMinimum"):
        return f"{shown} is too small{where}"
    if error.validator in ("maximum", "exclusiveMaximum"):
        return f"{shown} is too large{where}"
    return f"{shown} does not fit{where}"


def _mend(error: ValidationError) -> str:
    """The mend that the schema states for this value, or its list of values, or the mend of what it stands in."""
    around = error.parent.schema if error.parent is not None else {}
    return _stated(error.schema) or _values(error) or _stated(around)


def _stated(schema: object) -> str:
    return str(schema[MEND]) if isinstance(schema, Mapping) and MEND in schema else ""


def _values(error: ValidationError) -> str:
    if error.validator != "enum":
        return ""
    values = [str(value) for value in error.validator_value]
    close = get_close_matches(str(error.instance), values, 1, _NEAR)
    return f"did you mean {close[0]}?" if close else f"one of {', '.join(values)}"


def _where(path: Iterable[str | int]) -> str:
    names = [str(step) for step in path if isinstance(step, str)]
    return f" in {names[-1]}" if names else ""


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
