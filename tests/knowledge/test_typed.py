"""Scalars take the type of the schema, and no other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.knowledge.files import canonical, parse
from pmcds.knowledge.typed import Typing, scalar

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "amount": {"anyOf": [{"type": "number"}, {"type": "object", "properties": {"from": {"type": "number"}}}]},
        "flag": {"type": "boolean"},
        "either": {"type": ["string", "number"]},
        "word": {"enum": ["1", "2"]},
        "tree": {"$ref": "#/$defs/tree"},
    },
    "additionalProperties": {"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "number"}},
    "$defs": {
        "tree": {"type": "object", "properties": {"size": {"type": "number"}, "inner": {"$ref": "#/$defs/tree"}}}
    },
}


def test_only_what_the_schema_calls_a_number_becomes_one() -> None:
    document = {
        "text": "1",
        "count": "1",
        "amount": "1.5",
        "flag": "true",
        "either": "1.10",
        "word": "1",
        "tree": {"size": "2", "inner": {"size": "0.25", "other": "3"}},
        "rest": ["1", "1.5"],
    }
    assert Typing(SCHEMA).convert(document) == {
        "text": "1",
        "count": 1,
        "amount": Decimal("1.5"),
        "flag": True,
        "either": "1.10",
        "word": "1",
        "tree": {"size": 2, "inner": {"size": Decimal("0.25"), "other": "3"}},
        "rest": [1, Decimal("1.5")],
    }


def test_the_object_branch_of_a_number_is_typed_too() -> None:
    assert Typing(SCHEMA).convert({"amount": {"from": "25"}}) == {"amount": {"from": 25}}


@pytest.mark.parametrize("text", ["012", "1:30", "1e3", "0x10", ".5", "5.", "+1", "NaN", "1_000", "1" * 16, "٣", ""])
def test_what_only_looks_like_a_number_stays_text(text: str) -> None:
    assert scalar(text, {"number", "integer"}) == text


@pytest.mark.parametrize("text", ["yes", "no", "on", "True", "TRUE"])
def test_only_true_and_false_are_booleans(text: str) -> None:
    assert scalar(text, {"boolean"}) == text


@pytest.mark.parametrize("text", ["10", "10.0", "1.10", "0.1", "0.00001", "123456789.123456"])
def test_a_number_is_the_same_after_json(text: str) -> None:
    number = scalar(text, {"number"})
    again = parse(canonical([number]))[0]
    assert (again, repr(again)) == (number, repr(number))
    assert Decimal(str(number)) == Decimal(text)
