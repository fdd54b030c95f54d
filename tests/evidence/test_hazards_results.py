"""The hazard log through the whole line: results, alleles, specimens, units and dates (H01 to H37, H48, H49, H55)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.bundles import cards, decisions, outcomes, resources, twin
from tests.evidence.goldens import engine
from tests.evidence.whole import (
    ABACAVIR,
    CLOPIDOGREL,
    CODEINE,
    GERMLINE,
    RASBURICASE,
    SOMATIC,
    THIOGUANINE,
    add,
    changed,
    component,
    concept,
    evaluated,
    line,
    normal,
    patient,
    poor,
    verdict,
)

ALERT, CLEAR, CANNOT = "ALERT", "CLEAR", "CANNOT-TELL"
TRAPS = ["patient-1patient-1", "xpatient-1", "patient-11", "Patient-1", "patient-", "patient"]


@pytest.mark.parametrize("trap", TRAPS)
def test_h01_a_result_of_a_patient_with_a_similar_id_is_not_this_patients(trap: str) -> None:
    bundle = changed(poor(), lambda r: r.update(subject={"reference": f"Patient/{trap}"}))
    result = evaluated(bundle)
    assert line(result, CLOPIDOGREL).reason == "no-result"
    assert [x.ignored for x in result.ledger.inputs if x.resource == "Observation/observation-1"] == ["other-patient"]
    assert "multi-patient-input" in result.ledger.flags


@pytest.mark.parametrize(
    "subject", [None, {}, {"display": "Eve"}, {"identifier": {"system": "urn:x", "value": "1"}}, 7, []]
)
def test_h02_a_result_of_nobody_is_never_clear(subject: Any) -> None:
    for bundle in (poor(), normal()):
        assert verdict(changed(bundle, lambda r: r.update(subject=subject)), CLOPIDOGREL) == (CANNOT, "no-subject")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("final", (ALERT, None)),
        ("amended", (ALERT, None)),
        ("corrected", (ALERT, None)),
        ("preliminary", (CANNOT, "result-not-final")),
        ("registered", (CANNOT, "result-pending")),
        ("entered-in-error", (CANNOT, "no-result")),
        ("cancelled", (CANNOT, "no-result")),
        ("unknown", (CANNOT, "status-unreadable")),
        ("Final", (CANNOT, "status-unreadable")),
        ("final ", (CANNOT, "status-unreadable")),
        ("\uff46inal", (CANNOT, "status-unreadable")),
        ("finalish", (CANNOT, "status-unreadable")),
        (None, (CANNOT, "status-unreadable")),
        (1, (CANNOT, "status-unreadable")),
        (["final"], (CANNOT, "status-unreadable")),
    ],
)
def test_h04_h05_h06_the_status_of_a_result_decides(status: Any, expected: tuple[str, str | None]) -> None:
    assert verdict(changed(poor(), lambda r: r.update(status=status)), CLOPIDOGREL) == expected


def test_h06_an_extension_in_place_of_the_status_is_no_status() -> None:
    def edit(resource: dict[str, Any]) -> None:
        del resource["status"]
        resource["_status"] = {"extension": [{"url": "http://example.org", "valueCode": "final"}]}

    assert verdict(changed(poor(), edit), CLOPIDOGREL) == (CANNOT, "status-unreadable")


def _versions(first: str, second: str) -> dict[str, Any]:
    bundle = poor()
    place = next(i for i, e in enumerate(bundle["entry"]) if e["resource"]["resourceType"] == "Observation")
    older = bundle["entry"][place]["resource"]
    older.update(status=first, issued="2026-01-01T00:00:00Z", meta={"versionId": "1"})
    newer = {**twin(normal()["entry"][place]["resource"]), "status": second, "issued": "2026-01-03T00:00:00Z"}
    newer.update(id=older["id"], meta={"versionId": "2"})
    bundle["entry"].append({"fullUrl": bundle["entry"][place]["fullUrl"], "resource": newer})
    return bundle


def test_h07_the_corrected_version_counts_alone() -> None:
    for bundle in (_versions("final", "corrected"), _versions("final", "amended")):
        assert verdict(bundle, CLOPIDOGREL)[0] == CLEAR
        bundle["entry"].reverse()
        assert verdict(bundle, CLOPIDOGREL)[0] == CLEAR


def test_h07_a_voided_correction_is_no_silent_return() -> None:
    assert verdict(_versions("final", "entered-in-error"), CLOPIDOGREL)[0] == CANNOT


def test_h08_copies_make_one_line_and_one_card() -> None:
    bundle = poor()
    for number in range(3):
        copy = {**twin(resources(bundle, "Observation")[0]), "id": f"copy-{number}"}
        bundle["entry"].append({"resource": copy})
    one, other = evaluated(poor()), evaluated(bundle)
    assert outcomes(one) == outcomes(other)
    assert len(one.cards) == len(other.cards)


@pytest.mark.parametrize("turned", [False, True])
def test_h09_two_laboratories_that_disagree_decide_nothing(turned: bool) -> None:
    bundle = poor()
    second = {**twin(resources(normal(), "Observation")[0]), "id": "second", "effectiveDateTime": "2020-01-01"}
    bundle["entry"].insert(0 if turned else 9, {"resource": second})
    result = evaluated(bundle)
    assert (line(result, CLOPIDOGREL).outcome, line(result, CLOPIDOGREL).reason) == (CANNOT, "conflict")
    assert any("*2" in text for card in result.cards for block in card.detail for text in block.lines)


def test_h10_a_phenotype_that_contradicts_its_diplotype_decides_nothing() -> None:
    bundle = patient(
        order="clopidogrel",
        diplotype={"CYP2C19": "*2/*2"},
        phenotype={"CYP2C19": "normal metabolizer"},
        condition=["acute coronary syndrome"],
    )
    assert verdict(bundle, CLOPIDOGREL) == (CANNOT, "genotype-phenotype-mismatch")


def _with_class(bundle: dict[str, Any], answer: str) -> dict[str, Any]:
    return changed(bundle, lambda r: r.setdefault("component", []).append(component("48002-0", answer)))


@pytest.mark.parametrize("answer", [SOMATIC, "LA18195-0"])
def test_h11_a_tumor_result_is_no_germline_result(answer: str) -> None:
    result = evaluated(_with_class(normal(), answer))
    assert (line(result, CLOPIDOGREL).outcome, line(result, CLOPIDOGREL).reason) == (CANNOT, "no-result")
    assert not [x for x in result.ledger.inputs if x.resource == "Observation/observation-1" and x.used]


def test_h11_a_germline_result_counts() -> None:
    assert verdict(_with_class(poor(), GERMLINE), CLOPIDOGREL)[0] == ALERT


def test_h12_an_inherited_variant_is_no_tumor_marker() -> None:
    bundle = patient(cancer=["melanoma"], variant={"BRAF": ["V600E"]}, specimen="tissue")
    rules = ["tumor/melanoma/braf-v600e-options", "tumor/melanoma/braf-v600e-single-agents"]
    known = [rule.id for rule in engine().active_rules() if rule.id in rules]
    before = {rule: verdict(bundle, rule)[0] for rule in known}
    assert ALERT in before.values()

    def germline(resource: dict[str, Any]) -> None:
        resource.pop("specimen", None)
        for one in resource["component"]:
            if one["code"]["coding"][0]["code"] == "48002-0":
                one["valueCodeableConcept"] = concept(GERMLINE)

    for rule in known:
        assert verdict(changed(twin(bundle), germline), rule)[0] != ALERT


def test_h13_a_missing_source_class_is_a_stated_default() -> None:
    result = evaluated(poor())
    assert line(result, CLOPIDOGREL).outcome == ALERT
    assert "source-class-default" in result.why(CLOPIDOGREL)


@pytest.mark.parametrize("answer", ["LA10429-1", "LA18196-8"])
def test_h16_h26_a_fetal_result_is_not_the_mothers(answer: str) -> None:
    assert verdict(_with_class(normal(), answer), CLOPIDOGREL)[0] == CANNOT


def test_h17_nothing_missing_is_taken_as_reference() -> None:
    assert verdict(patient(order="clopidogrel"), CLOPIDOGREL) == (CANNOT, "no-result")
    bundle = changed(normal(), lambda r: r.update(valueCodeableConcept={"text": "CYP2C19 *1"}))
    assert verdict(bundle, CLOPIDOGREL)[0] == CANNOT


@pytest.mark.parametrize("diplotype", ["*1/*12", "*12/*12", "*2/*12", "*17/*12"])
def test_h19_uncertain_function_is_never_normal(diplotype: str) -> None:
    bundle = patient(order="clopidogrel", diplotype={"CYP2C19": diplotype}, condition=["acute coronary syndrome"])
    assert verdict(bundle, CLOPIDOGREL) == (CANNOT, "indeterminate")


def test_h20_two_diplotypes_that_fit_are_both_kept() -> None:
    text = "TPMT *1/*3A or TPMT *3B/*3C"
    bundle = patient(order="thioguanine", diplotype={"TPMT": "*1/*1", "NUDT15": "*1/*1"})
    first = resources(bundle, "Observation")[0]
    first["valueCodeableConcept"] = {"text": text}
    assert verdict(bundle, THIOGUANINE)[0] == CANNOT


@pytest.mark.parametrize(("diplotype", "outcome"), [("*1/*1x2", ALERT), ("*1/*4x2", ALERT), ("*1/*1", CLEAR)])
def test_h21_a_duplication_belongs_to_its_allele(diplotype: str, outcome: str) -> None:
    found = verdict(patient(order="codeine", diplotype={"CYP2D6": diplotype}), CODEINE)
    # *1/*4x2 is intermediate; *1/*1x2 is ultrarapid.
    assert found[0] == outcome


def test_h21_an_open_number_of_copies_is_told() -> None:
    assert verdict(patient(order="codeine", diplotype={"CYP2D6": "*1/*1xN"}), CODEINE)[0] in (ALERT, CANNOT)
    assert verdict(patient(order="codeine", diplotype={"CYP2D6": "*1/*4xN"}), CODEINE)[0] != CLEAR


@pytest.mark.parametrize(
    ("score", "case"),
    [("0.0", "poor"), ("0.25", "intermediate"), ("1.0", "intermediate"), ("1.25", "normal"), ("2.25", "normal"),
     ("2.5", "ultrarapid"), ("3.75", "ultrarapid")],
)  # fmt: skip
def test_h22_scores_at_the_edges_fall_where_the_table_says(score: str, case: str) -> None:
    result = evaluated(patient(order="codeine", activity_score={"CYP2D6": score}))
    found = line(result, CODEINE)
    assert found.cases == (case,) or found.reason == "value-unreadable", found


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("LA9633-4", (ALERT, None)),
        ("LA9634-2", (CLEAR, "negative")),
        ("LA18198-4", (CANNOT, "no-call")),
        ("LA11884-6", (CANNOT, "indeterminate")),
        ("LA0-0", (CANNOT, "unknown-code")),
    ],
)
def test_h23_looked_for_and_not_found_is_not_found(answer: str, expected: tuple[str, str | None]) -> None:
    bundle = patient(order="abacavir", allele={"HLA-B*57:01": "present"})
    edited = changed(bundle, lambda r: r.update(valueCodeableConcept=concept(answer)))
    assert verdict(edited, ABACAVIR) == expected


def test_h25_a_relatives_result_is_not_the_patients() -> None:
    bundle = changed(normal(), lambda r: r.update(focus=[{"reference": "Patient/mother"}]))
    assert verdict(bundle, CLOPIDOGREL) == (CANNOT, "focus-not-patient")


@pytest.mark.parametrize("name", ["*2A2", "*999", "*1B2", "*O1"])
def test_h30_an_allele_that_no_table_has_is_told(name: str) -> None:
    value = {"text": f"CYP2C19 *1/{name}"}
    found = verdict(changed(normal(), lambda r: r.update(valueCodeableConcept=value)), CLOPIDOGREL)
    assert found[0] == CANNOT
    assert found[1] != "no-result"


@pytest.mark.parametrize("typing", ["HLA-B*57", "HLA-B57", "B57"])
def test_h31_low_resolution_is_no_risk_allele(typing: str) -> None:
    bundle = patient(order="abacavir", diplotype={"HLA-B": "*57:01/*07:02"})
    for observation in resources(bundle, "Observation"):
        observation["valueCodeableConcept"] = {"text": typing}
    found = verdict(bundle, ABACAVIR)
    assert found[0] == CANNOT
    assert found[1] != "no-result"


def test_h32_a_woman_with_one_deficient_copy_is_never_clear() -> None:
    bundle = patient(order="rasburicase", diplotype={"G6PD": "B (reference)/A- 202A_376G"}, sex="female")
    assert verdict(bundle, RASBURICASE)[0] != CLEAR


@pytest.mark.parametrize("place", ["both", "absent"], ids=["value and reason", "reason alone"])
def test_h36_a_reason_for_absence_wins(place: str) -> None:
    reason = concept("error", "http://terminology.hl7.org/CodeSystem/data-absent-reason")

    def edit(resource: dict[str, Any]) -> None:
        resource["dataAbsentReason"] = reason
        if place == "absent":
            del resource["valueCodeableConcept"]

    assert verdict(changed(normal(), edit), CLOPIDOGREL) == (CANNOT, "value-absent")


def test_h37_a_report_in_words_alone_is_told() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "code": concept("51969-4"),
        "conclusion": "CYP2C19 poor metabolizer",
    }
    found = verdict(add(patient(order="clopidogrel"), report), CLOPIDOGREL)
    assert found[0] == CANNOT
    assert found[1] not in ("no-result", None)


@pytest.mark.parametrize(
    ("date", "expected"),
    [("2016-01-01", CLEAR), ("2026-05-31", CLEAR), ("2026-06-03", CANNOT), ("2036-01-01", CANNOT), (None, CLEAR)],
)
def test_h48_a_result_of_tomorrow_decides_nothing(date: str | None, expected: str) -> None:
    bundle = changed(normal(), lambda r: r.update(effectiveDateTime=date))
    assert verdict(bundle, CLOPIDOGREL)[0] == expected


def test_h49_a_modifier_anywhere_on_the_way_is_told() -> None:
    modifier = [{"url": "http://example.org/not", "valueBoolean": True}]
    places = ["modifierExtension", "implicitRules"]
    for place in places:
        value: Any = modifier if place == "modifierExtension" else "http://example.org/rules"
        edited = changed(normal(), lambda r, p=place, v=value: r.update({p: v}))  # type: ignore[misc]
        assert verdict(edited, CLOPIDOGREL) == (CANNOT, "modifier")
    empty = changed(normal(), lambda r: r.update(modifierExtension=[]))
    assert decisions(evaluated(empty)) == decisions(evaluated(normal()))


def test_h55_an_answer_code_that_the_tables_lack_is_told() -> None:
    bundle = patient(order="clopidogrel", phenotype={"CYP2C19": "poor metabolizer"})

    def edit(resource: dict[str, Any]) -> None:
        for one in resource.get("component", []):
            if one["code"]["coding"][0]["code"] != "48018-6":
                one["valueCodeableConcept"] = concept("LA0000-0")
        if "valueCodeableConcept" in resource:
            resource["valueCodeableConcept"] = concept("LA0000-0")

    found = verdict(changed(bundle, edit), CLOPIDOGREL)
    assert found[0] == CANNOT
    assert found[1] != "no-result", "an unreadable answer is not a missing result"


def test_h64_a_withheld_result_looks_the_same_whatever_it_says() -> None:
    label = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}]}
    one, other = (evaluated(changed(bundle, lambda r: r.update(meta=label))) for bundle in (poor(), normal()))
    assert decisions(one) == decisions(other)
    assert cards(one) == cards(other)
    assert (line(one, CLOPIDOGREL).outcome, line(one, CLOPIDOGREL).reason) == (CANNOT, "withheld")
    assert "CYP2C19" not in cards(one)
