"""One engine, many patients: what was remembered of one never answers for the next, whoever comes first."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

import pytest

import pmcds
from tests.evidence.bundles import Json, cards, resources, twin
from tests.evidence.goldens import NOW, knowledge
from tests.evidence.whole import patient

Edit = Callable[[Json], object]
GDIS = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}
SOURCE_CLASS = "48002-0"


def _plain() -> Json:
    """Nothing on file but one genotype and one disease: all else is the absence of everything."""
    return patient(
        order=["clopidogrel", "rasburicase"],
        diplotype={"CYP2C19": "*2/*2"},
        condition=["acute coronary syndrome"],
        sex="female",
        age=50,
    )


def _result(bundle: Json) -> Json:
    found = [one for one in resources(bundle, "Observation") if "CYP2C19" in str(one)]
    return found[0]


def _disease(bundle: Json) -> Json:
    return resources(bundle, "Condition")[0]


def _without(bundle: Json, kind: str) -> None:
    bundle["entry"] = [one for one in bundle["entry"] if one["resource"]["resourceType"] != kind]


def _more(bundle: Json, resource: Json) -> None:
    subject = {"reference": f"Patient/{resources(bundle, 'Patient')[0]['id']}"}
    bundle["entry"].append({"resource": {"subject": subject, **resource}})


def _observation(**members: object) -> Json:
    return {"resourceType": "Observation", "id": "more", "status": "final", **members}


EDITS: dict[str, Edit] = {
    "as it is": lambda bundle: None,
    "no disease": lambda bundle: _without(bundle, "Condition"),
    "no result": lambda bundle: _without(bundle, "Observation"),
    "the disease withheld": lambda bundle: _disease(bundle).update(meta={"security": [GDIS]}),
    "the result withheld": lambda bundle: _result(bundle).update(meta={"security": [GDIS]}),
    "another result withheld": lambda bundle: _more(
        bundle, _observation(meta={"security": [GDIS]}, code={"text": "x"}, valueString="x")
    ),
    "a disease in words nobody knows": lambda bundle: _disease(bundle).update(code={"text": "zzyzx"}),
    "a disease without any words": lambda bundle: _disease(bundle).pop("code"),
    "a disease that is not confirmed": lambda bundle: _disease(bundle).update(
        verificationStatus={"coding": [{"code": "provisional"}]}
    ),
    "a further page": lambda bundle: bundle.update(link=[{"relation": "next", "url": "https://x.example/2"}]),
    "an entry that failed": lambda bundle: bundle["entry"].append({"response": {"status": "500"}}),
    "a resource nobody can read": lambda bundle: bundle["entry"].append({"resource": {"id": "x"}}),
    "a report in words": lambda bundle: _more(
        bundle,
        {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": {"text": "genetics"},
         "conclusion": "see the attached page"},
    ),
    "a result in words": lambda bundle: _more(bundle, _observation(code={"text": "genetics"}, valueString="seen")),
    "not final": lambda bundle: _result(bundle).update(status="preliminary"),
    "in the future": lambda bundle: _result(bundle).update(effectiveDateTime="2027-01-01"),
    "of an older day": lambda bundle: _result(bundle).update(effectiveDateTime="2019-01-01"),
    "of a sample of tumor": lambda bundle: _result(bundle).update(
        specimen={"display": "tissue"},
    ),
    "known to be of the tumor": lambda bundle: _result(bundle).setdefault("component", []).append(
        {"code": {"coding": [{"system": "http://loinc.org", "code": SOURCE_CLASS}]},
         "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA6684-0"}]}}
    ),
    "without status": lambda bundle: _result(bundle).pop("status"),
    "a man": lambda bundle: resources(bundle, "Patient")[0].update(gender="male"),
    "no sex": lambda bundle: resources(bundle, "Patient")[0].pop("gender"),
    "a child": lambda bundle: resources(bundle, "Patient")[0].update(birthDate="2020-01-01"),
    "a transplant": lambda bundle: _more(
        bundle,
        {"resourceType": "Condition", "id": "t", "clinicalStatus": {"coding": [{"code": "active"}]},
         "code": {"coding": [{"system": "http://snomed.info/sct", "code": "234336002"}]}, "recordedDate": "2020-01-01"},
    ),
    "a drug taken now": lambda bundle: _more(
        bundle,
        {"resourceType": "MedicationStatement", "id": "m", "status": "active",
         "medicationCodeableConcept": {"text": "fluconazole"}},
    ),
}  # fmt: skip


@cache
def _bundles() -> dict[str, Json]:
    made = {}
    for name, edit in EDITS.items():
        bundle = _plain()
        edit(bundle)
        made[name] = bundle
    return made


def _told(engine: pmcds.Engine, name: str) -> tuple[str, str]:
    result = engine.evaluate(twin(_bundles()[name]), now=NOW)
    return cards(result), repr(result.ledger)


@cache
def _alone(name: str) -> tuple[str, str]:
    """What an engine says that has seen nobody before."""
    return _told(pmcds.Engine(knowledge()), name)


def test_these_patients_differ() -> None:
    assert len({_alone(name) for name in EDITS}) >= 20


@pytest.mark.parametrize("seed", range(2))
def test_lc16_what_an_engine_says_of_a_patient_never_depends_on_those_before(seed: int) -> None:
    engine = pmcds.Engine(knowledge())
    names = [*EDITS, *EDITS]
    random.Random(seed).shuffle(names)
    for name in names:
        assert _told(engine, name) == _alone(name), name


@pytest.mark.parametrize("name", EDITS)
def test_lc16_a_plain_record_read_before_never_makes_the_next_one_plain(name: str) -> None:
    engine = pmcds.Engine(knowledge())
    for first in ("no disease", "no result", "as it is"):
        _told(engine, first)
    assert _told(engine, name) == _alone(name)
