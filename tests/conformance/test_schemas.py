"""The published JSON Schemas, and that they judge messages as the checklist does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from pmcds import _resources
from pmcds.hooks import HOOKS, PROFILES, check_message, services
from pmcds.model.answers import Subject
from pmcds.model.rules import Rule
from tests.conformance.samples import Sample, samples
from tests.conformance.test_checklist import BREAKS, SOUND, _changed
from tests.hooks.examples import REMOVE, REPLACE, TEST, card, rendered
from tests.shared import needs_shared

NAMES = ("common", "discovery", "request", "response", "feedback", *(f"request-{hook}" for hook in HOOKS))
SCHEMAS: dict[str, Any] = {name: json.loads(_resources.schema(f"cds-hooks/{name}")) for name in NAMES}
_REGISTRY: Registry[Any] = Registry().with_resources(
    (f"{name}.schema.json", Resource.from_contents(schema, DRAFT202012)) for name, schema in SCHEMAS.items()
)
# What a schema does not say: levels below a SHALL, rules across members, and JSON itself.
_BEYOND = {"X1", "X4", "R10", "R16", "A6", "R14", "D13", "P1", "P2", "P18", "S9", "C15"}


def _valid(name: str, message: Any) -> bool:
    schema = {"$ref": f"{name}.schema.json"}
    return not any(Draft202012Validator(schema, registry=_REGISTRY).iter_errors(message))


def _schema_of(kind: str, message: Any) -> str:
    hook = message.get("hook") if isinstance(message, dict) else None
    return f"request-{hook}" if kind == "request" and hook in HOOKS else kind


@pytest.mark.parametrize("name", NAMES)
def test_conformance_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("kind", SOUND)
def test_conformance_schemas_accept_sound_messages(kind: str) -> None:
    assert _valid(_schema_of(kind, SOUND[kind]), SOUND[kind])


_MUSTS = [
    row[:4] for row in BREAKS if row[1] and row[4] == "M" and row[3] not in _BEYOND and "\U0001f9ec" not in str(row[2])
]


@pytest.mark.parametrize(
    ("kind", "pointer", "value", "rule"), _MUSTS, ids=[f"{row[3]}-{n}" for n, row in enumerate(_MUSTS)]
)
def test_conformance_schemas_refuse_what_breaks_a_must(kind: str, pointer: str, value: Any, rule: str) -> None:
    message = _changed(kind, pointer, value)
    assert not _valid(_schema_of(kind, message), message), rule


@needs_shared
@pytest.mark.parametrize("sample", [s for kind in SOUND for s in samples(kind)], ids=str)
def test_conformance_schemas_and_checklist_agree_about_messages_of_others(sample: Sample) -> None:
    # A wrapped prefetch value is read (P17), yet it is no FHIR resource.
    broken = {v.rule for v in check_message(sample.kind, sample.body) if v.level == "M" or v.rule == "P17"}
    beyond = broken - {"R16"} - ({"R14"} if sample.about.get("hook") == "order-dispatch" else set())
    assert _valid(_schema_of(sample.kind, sample.message), sample.message) is not bool(beyond)


def test_conformance_context_of_the_schemas_is_that_of_the_table() -> None:
    for name, hook in HOOKS.items():
        context = SCHEMAS[f"request-{name}"]["properties"]["context"]
        assert context["required"] == [member.name for member in hook.members if member.required]
        assert list(context["properties"]) == [member.name for member in hook.members]
        assert SCHEMAS[f"request-{name}"]["properties"]["hook"] == {"const": name}


def test_hooks_lc26_what_we_send_is_valid_in_every_profile() -> None:
    for profile in PROFILES:
        response = rendered(card(suggestions=(REPLACE, REMOVE, TEST)), profile=profile).response
        assert _valid("response", json.loads(json.dumps(response)))


def test_hooks_d01_our_discovery_document_is_valid() -> None:
    rule = Rule(
        id="a", title="t", version=1, status="active", source="s", why="w", hooks=("order-sign",), drugs=(),
        subjects=(Subject("laboratory", "x"),), populations=(), evidence={},
    )  # fmt: skip
    assert _valid("discovery", services([rule]))
