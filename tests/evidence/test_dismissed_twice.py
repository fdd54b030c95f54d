"""What puts a resource aside never stands twice in it: the value that was overwritten may be the true one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import pmcds
from pmcds.fhir import decode
from tests.evidence.bundles import Json
from tests.evidence.goldens import NOW, engine
from tests.evidence.whole import poor

STRANGER = '{"reference":"Patient/somebody-else"}'
CASES = [
    ("Observation", '"status":"cancelled"'),
    ("Observation", '"status":"entered-in-error"'),
    ("Observation", f'"subject":{STRANGER}'),
    ("MedicationRequest", '"status":"stopped"'),
    ("MedicationRequest", '"status":"entered-in-error"'),
    ("MedicationRequest", f'"subject":{STRANGER}'),
]


def _resource(bundle: Json, kind: str) -> Json:
    return next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)


def _written(bundle: Json, kind: str, more: str) -> bytes:
    """The bundle in which the first resource of this type has one more member at its end."""
    text = json.dumps(bundle)
    own = json.dumps(_resource(bundle, kind))
    assert text.count(own) == 1
    return text.replace(own, own[:-1] + f", {more}}}").encode()


def _bytes(body: bytes) -> Any:
    return body


def _parsed(body: bytes) -> Any:
    return decode.plain(body)


@pytest.mark.parametrize("form", [_bytes, _parsed])
@pytest.mark.parametrize(("kind", "more"), CASES)
def test_h06_h39_a_resource_is_never_put_aside_by_a_key_that_stands_twice(
    kind: str, more: str, form: Callable[[bytes], Any]
) -> None:
    body = _written(poor(), kind, more)
    with pytest.raises(pmcds.InputError) as refused:
        engine().evaluate(form(body), now=NOW)
    assert refused.value.code == "duplicate-key"


@pytest.mark.parametrize("form", [_bytes, _parsed])
@pytest.mark.parametrize("kind", ["Observation", "MedicationRequest"])
def test_h01_a_resource_is_never_put_aside_by_a_key_that_stands_twice_deeper(
    kind: str, form: Callable[[bytes], Any]
) -> None:
    bundle = poor()
    own = json.dumps(_resource(bundle, kind)["subject"])
    text = json.dumps(_resource(bundle, kind))
    twice = text.replace(own, own[:-1] + ', "reference": "Patient/somebody-else"}')
    assert twice != text
    body = json.dumps(bundle).replace(text, twice).encode()
    with pytest.raises(pmcds.InputError) as refused:
        engine().evaluate(form(body), now=NOW)
    assert refused.value.code == "duplicate-key"


@pytest.mark.parametrize(("kind", "more"), CASES)
def test_a_resource_that_is_put_aside_by_one_key_is_no_fault(kind: str, more: str) -> None:
    bundle = poor()
    _resource(bundle, kind).update(json.loads(f"{{{more}}}"))
    assert engine().evaluate(bundle, now=NOW).ledger.inputs
