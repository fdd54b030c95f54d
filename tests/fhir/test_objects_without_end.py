"""An object that contains itself is refused at once: a caller can build one, JSON cannot be one (E25)."""

from __future__ import annotations

from typing import Any

import pytest

import pmcds
from tests.evidence.goldens import NOW, engine
from tests.fhir.material import PATIENT, bundle, order


def _itself(kind: type) -> Any:
    endless: Any = kind()
    if kind is dict:
        endless |= {"a": endless, "b": [endless, endless]}
    else:
        endless += [endless, {"a": endless}]
    return endless


@pytest.mark.parametrize("kind", [dict, list])
@pytest.mark.parametrize("name", ["x", "CONTAINED", "contained", "modifierExtension", "subject", "extension", "text"])
def test_an_object_that_contains_itself_is_refused(kind: type, name: str) -> None:
    for source in (bundle(PATIENT, order(**{name: _itself(kind)})), order(**{name: _itself(kind)}), [_itself(kind)]):
        with pytest.raises(pmcds.InputError) as refused:
            engine().evaluate(source, now=NOW)
        assert refused.value.code == "too-deep"


def test_one_object_in_two_places_is_none_without_end() -> None:
    shared: dict[str, Any] = {"a": [{"b": 1}] * 40}
    for _ in range(8):
        shared = {"a": shared, "b": [shared, shared]}
    engine().evaluate(bundle(PATIENT, order(x=shared)), now=NOW)
