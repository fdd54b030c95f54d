"""A share of cells or of reads is never read as a percentage, nor a percentage as a share (H33, T19)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.evidence.whole import Json, concept, evaluated, line
from tests.fhir.material import PATIENT, SUBJECT, bundle
from tests.fhir.observations.test_variants import V600E, finding, gene, vaf, variant

UCUM = "http://unitsofmeasure.org"
PDL1, REPORT, CANCER = "83053-9", "83052-1", {"text": "non-small cell lung cancer"}
RULE = "tumor/lung/pdl1-tps-1"


def _told(code: Json | None = None, **value: Any) -> tuple[str, str | None]:
    diagnosis = {"resourceType": "Condition", "id": "c", "subject": SUBJECT, "code": CANCER}
    diagnosis["clinicalStatus"] = concept("active", "http://terminology.hl7.org/CodeSystem/condition-clinical")
    negative = {"resourceType": "Observation", "status": "final", "subject": SUBJECT}
    score = {**negative, "id": "s", "code": code or concept(PDL1), **value}
    result = evaluated(bundle(PATIENT, diagnosis, score), hook="patient-view")
    found = next(one for one in result.ledger.inputs if one.resource == "Observation/s")
    return line(result, RULE).outcome, found.ignored


@pytest.mark.parametrize("unit", [{"code": "1"}, {"unit": "{ratio}"}, {"unit": "{fraction}"}])
@pytest.mark.parametrize(("value", "same"), [("0.6", "60"), ("0.005", "0.5"), ("0", "0"), ("0.01", "1")])
def test_h33_a_share_of_one_says_what_its_percentage_says(unit: Json, value: str, same: str) -> None:
    share = {"value": Decimal(value), "system": UCUM, **unit}
    percent = {"value": Decimal(same), "system": UCUM, "code": "%"}
    assert _told(valueQuantity=share) == _told(valueQuantity=percent)


@pytest.mark.parametrize("value", ["1", "1.0", "50", "99"])
def test_h33_one_and_more_of_one_are_shares_or_percents_and_never_decide(value: str) -> None:
    share = {"value": Decimal(value), "system": UCUM, "code": "1"}
    assert _told(valueQuantity=share) == ("CANNOT-TELL", "unit-unreadable")
    between = {"low": {"value": Decimal("0.2"), "code": "1"}, "high": {"value": Decimal(value), "code": "1"}}
    assert _told(valueRange=between)[0] == "CANNOT-TELL"


@pytest.mark.parametrize("text", ["TPS 0.6", "TPS: 0.6", "TPS <0.5"])
def test_b8_less_than_one_without_a_sign_never_decides(text: str) -> None:
    report = concept(REPORT)
    assert _told(report, valueString=text) == ("CANNOT-TELL", "unit-unreadable")
    assert _told(report, valueString=f"{text} %")[1] is None


@pytest.mark.parametrize("text", ["TPS 60", "TPS 60 %", "TPS: 60%"])
def test_b8_a_score_in_percent_needs_no_sign(text: str) -> None:
    percent = {"value": 60, "unit": "%"}
    assert _told(concept(REPORT), valueString=text)[0] == _told(valueQuantity=percent)[0] != "CLEAR"


@pytest.mark.parametrize(
    ("quantity", "fraction"),
    [
        ({"value": 0.5, "unit": "percent"}, "0.005"),
        ({"value": 30, "unit": "Percent"}, "0.3"),
        ({"value": 30, "code": "{percent}", "system": UCUM}, "0.3"),
        ({"value": 30, "unit": "of all reads", "code": "%", "system": UCUM}, "0.3"),
        ({"value": 0.5, "unit": "relative frequency", "code": "1", "system": UCUM}, "0.5"),
        ({"value": 0.5, "unit": "relative frequency"}, "0.5"),
        ({"value": 0.5, "unit": "g/L"}, None),
        ({"value": 50, "code": "mg/dL", "system": UCUM}, None),
    ],
)
def test_t19_every_spelling_of_percent_is_one_and_a_concentration_is_none(quantity: Json, fraction: str | None) -> None:
    found = finding(variant(gene("BRAF"), V600E, vaf(**quantity)))
    assert found.value.get("vaf") == (Decimal(fraction) if fraction else None)
