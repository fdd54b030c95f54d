"""Short ways to send one patient through the whole line, for the tests of the hazard log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pmcds
from tests.evidence.bundles import Json, resources
from tests.evidence.goldens import NOW, engine, written
from tests.fhir.material import SUBJECT
from tests.laws import check_laws

LOINC = "http://loinc.org"
GERMLINE, SOMATIC = "LA6683-2", "LA6684-0"


def evaluated(bundle: Json | bytes, **options: Any) -> pmcds.Result:
    """The result; every law is checked."""
    result = engine().evaluate(bundle, now=options.pop("now", NOW), **options)
    check_laws(engine(), result, hook=options.get("hook"))
    return result


def patient(**stated: Any) -> Json:
    """A bundle from the words of a rule test."""
    return written(stated, NOW)


def line(result: pmcds.Result, rule: str) -> Any:
    """The one decision line of a rule."""
    found = [one for one in result.ledger.orders if one.rule == rule]
    assert len(found) == 1, [(one.order, one.rule) for one in result.ledger.orders]
    return found[0]


def verdict(bundle: Json, rule: str, **options: Any) -> tuple[str, str | None]:
    """Outcome and reason of a rule."""
    found = line(evaluated(bundle, **options), rule)
    return found.outcome, found.reason


def changed(bundle: Json, edit: Callable[[Json], Any], kind: str = "Observation") -> Json:
    """The bundle after an edit of each resource of a type (in place)."""
    for resource in resources(bundle, kind):
        edit(resource)
    return bundle


def concept(code: str, system: str = LOINC) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def component(code: str, answer: str) -> Json:
    return {"code": concept(code), "valueCodeableConcept": concept(answer)}


def add(bundle: Json, resource: Json) -> Json:
    """The bundle with one resource more, about its patient."""
    subject = {"reference": f"Patient/{resources(bundle, 'Patient')[0]['id']}"}
    bundle["entry"].append({"resource": {"subject": subject, **resource}})
    return bundle


def typed(gene: str, alleles: str, **members: Any) -> Json:
    """A genotype of patient p1 as its alleles."""
    stated = {"code": concept("48018-6"), "valueCodeableConcept": {"text": gene}}
    return {
        "resourceType": "Observation", "id": "g", "status": "final", "code": concept("84413-4"), "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02", "valueCodeableConcept": {"text": alleles}, "component": [stated], **members,
    }  # fmt: skip


def drug(text: str, **members: Any) -> Json:
    """An active order of patient p1, the drug as text."""
    return {
        "resourceType": "MedicationRequest", "id": "o", "status": "active", "intent": "order", "subject": SUBJECT,
        "medicationCodeableConcept": {"text": text}, **members,
    }  # fmt: skip


CLOPIDOGREL = "pharmacogenomics/clopidogrel/cpic"
CODEINE = "pharmacogenomics/codeine/cpic"
ABACAVIR = "pharmacogenomics/abacavir/cpic"
THIOGUANINE = "pharmacogenomics/thioguanine/cpic"
RASBURICASE = "pharmacogenomics/rasburicase/cpic"


def poor() -> Json:
    """Clopidogrel in acute coronary syndrome, poor metabolizer: an alert by one result."""
    return patient(order="clopidogrel", diplotype={"CYP2C19": "*2/*2"}, condition=["acute coronary syndrome"])


def normal() -> Json:
    """The same with two normal alleles: clear."""
    return patient(order="clopidogrel", diplotype={"CYP2C19": "*1/*1"}, condition=["acute coronary syndrome"])
