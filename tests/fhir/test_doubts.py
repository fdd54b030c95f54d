"""Status, subject, consent and numbers at their edges: what cannot be told is never taken for the patient's own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.fhir import open_input
from pmcds.fhir.gates import Gate, absent, gate, source_class
from pmcds.fhir.observations.answers import answer_in, answer_of, short
from pmcds.fhir.observations.laboratory import read_laboratory
from pmcds.fhir.observations.numbers import quantity_of, range_of, ratio_of
from pmcds.fhir.site import Site
from pmcds.fhir.subjects import normal_base, parse_reference
from pmcds.fhir.values import as_dict, as_list, code_of, date_of, decimal_of, extension, span_of, spelling
from pmcds.model.findings import Finding
from tests.fhir.material import (
    LOINC,
    PATIENT,
    SUBJECT,
    bundle,
    condition,
    context,
    creatinine,
    findings_of,
    note_of,
    reading,
)
from tests.fhir.observations.support import terms
from tests.fhir.test_consents import consent, genotype

UCUM = "http://unitsofmeasure.org"
OTHER: dict[str, Any] = {"resourceType": "Patient", "id": "p2"}


def verdict(resource: dict[str, Any], *others: Any) -> Gate:
    opened = open_input(bundle(resource, *others))
    return gate(opened.sites[0], opened, context("Patient/p1"))


# Status and subject


def test_a_resource_without_content_is_unreadable() -> None:
    opened = open_input(bundle(creatinine()))
    empty = Site("/entry/0/resource", "Observation", "Observation/x", None)
    assert gate(empty, opened, context("Patient/p1")).reason == "unreadable"


def test_h25_a_focus_on_a_disease_or_specimen_of_another_patient_is_no_result_of_the_patient() -> None:
    result = creatinine(focus=[{"reference": "Condition/c1"}])
    own = condition()
    assert verdict(result, own, PATIENT).reason is None
    other = condition(subject={"reference": "Patient/p2"})
    assert verdict(result, other, PATIENT, OTHER).reason == "focus-not-patient"


def test_a_value_whose_extension_says_that_it_is_absent_is_absent_unless_a_value_stands_beside_it() -> None:
    gone = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    assert absent({"_valueString": gone})
    assert not absent({"_valueString": gone, "valueString": "positive"})
    assert not absent({"_valueString": {"extension": [{"url": "http://example.org/x"}]}})
    assert verdict(creatinine(valueQuantity=None, _valueString=gone)).reason == "value-absent"


def source(code: str) -> dict[str, Any]:
    return {
        "code": {"coding": [{"system": LOINC, "code": "48002-0"}]},
        "valueCodeableConcept": {"coding": [{"system": LOINC, "code": code}]},
    }


def test_h11_two_source_classes_that_differ_are_none() -> None:
    ctx = context("Patient/p1")
    assert source_class({"component": [source("LA6683-2")]}, ctx)[0] == "germline"
    assert source_class({"component": [source("LA6683-2"), source("LA6684-0")]}, ctx) == (
        None,
        ("source-class-conflict",),
    )
    assert source_class({"component": [source("LA6683-2"), source("LA6683-2")]}, ctx)[0] == "germline"


@pytest.mark.parametrize(
    ("reference", "parsed"),
    [
        ("Patient/p1", (None, "Patient", "p1")),
        ("Patient/p1/_history/2", (None, "Patient", "p1")),
        ("Patient/p1/_history/2/more", None),
        ("https://e.org/fhir/Patient/p1", ("https://e.org/fhir", "Patient", "p1")),
        ("e.org/Patient/p1", None),
        ("Patient/", None),
        ("p1", None),
    ],
)
def test_a_reference_that_has_no_known_form_names_nobody(reference: str, parsed: Any) -> None:
    found = parse_reference(reference)
    assert (tuple(found) if found is not None else None) == parsed


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("HTTPS://E.org:443/fhir/", "https://e.org/fhir"),
        ("http://e.org:80/fhir", "http://e.org/fhir"),
        ("http://e.org:8080/fhir", "http://e.org:8080/fhir"),
        ("https://e.org:x/fhir", "https://e.org:x/fhir"),
        ("https://[e.org/fhir", "https://[e.org/fhir"),
    ],
)
def test_a_server_is_compared_without_case_of_host_and_default_port_and_never_guessed(url: str, same: str) -> None:
    assert normal_base(url) == same


def test_a_subject_is_inherited_over_several_links_and_never_from_another_patient() -> None:
    lost = creatinine("a", subject=None, derivedFrom=[{"reference": "Observation/b"}])
    middle = creatinine("b", value="1.1", subject=None, derivedFrom=[{"reference": "Observation/c"}])
    last = creatinine("c", value="1.2", subject=None, derivedFrom=[{"reference": "Observation/d"}])
    for whose, counts in (("Patient/p1", True), ("Patient/p2", False)):
        end = creatinine("d", value="1.3", subject={"reference": whose})
        found = reading(bundle(PATIENT, OTHER, lost, middle, last, end), "Patient/p1")
        used = [f for f in findings_of(found, "Observation/a") if f.status == "present"]
        assert bool(used) is counts


@pytest.mark.parametrize(
    ("reference", "reason"), [("p1", "no-subject"), ("somebody", "no-subject"), ("Patient/p2", "other-patient")]
)
def test_h02_a_word_in_the_place_of_a_subject_names_nobody(reference: str, reason: str) -> None:
    found = reading(bundle(PATIENT, creatinine(subject={"reference": reference})), "Patient/p1")
    told = note_of(found, "Observation/creat").ignored or findings_of(found, "Observation/creat")[0].reason
    assert told == reason


def test_an_empty_reference_leads_nowhere() -> None:
    opened = open_input(bundle(PATIENT, creatinine()))
    assert opened.resolve("", opened.sites[0]) is None
    assert opened.resolve("Patient/p1", opened.sites[1]) is opened.sites[0]


def test_a_relative_reference_never_leads_to_a_resource_of_another_server() -> None:
    def entry(resource: dict[str, Any], server: str) -> dict[str, Any]:
        return {"fullUrl": f"{server}/{resource['resourceType']}/{resource['id']}", "resource": resource}

    here, there = "https://one.example.org/fhir", "https://two.example.org/fhir"
    for server, found in ((here, True), (there, False)):
        opened = open_input(
            {
                "resourceType": "Bundle",
                "type": "searchset",
                "entry": [entry(creatinine(), here), entry(PATIENT, server)],
            }
        )
        assert (opened.resolve("Patient/p1", opened.sites[0]) is not None) is found


# Consent


def denied(provision: dict[str, Any]) -> bool:
    found = reading(bundle(PATIENT, consent(provision), genotype()), "Patient/p1")
    return any(finding.status == "withheld" for finding in found.findings)


GENETIC = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}
DENY = {"type": "deny", "securityLabel": [GENETIC]}


def test_a_provision_that_is_over_or_about_collecting_only_binds_no_use() -> None:
    assert denied({"type": "permit", "provision": [DENY]})
    assert not denied({"type": "permit", "provision": [{**DENY, "period": {"end": "2020-01-01"}}]})
    assert denied({"type": "permit", "provision": [{**DENY, "period": {"end": "2030-01-01"}}]})
    elsewhere = {"type": "deny", "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Condition"}]}
    assert not denied({"type": "permit", "provision": [{**DENY, "period": {"end": "2020-01-01"}}, elsewhere]})
    assert not denied({"type": "permit", "provision": [{**DENY, "period": {"start": "2030-01-01"}}, elsewhere]})
    assert denied({"type": "permit", "provision": [{**DENY, "period": {"start": "2020-01-01"}}, elsewhere]})
    for actions, binds in (
        (["collect"], False),
        (["collect", "correct"], False),
        (["collect", "use"], True),
        (["access"], True),
    ):
        action = [{"coding": [{"code": code}]} for code in actions]
        assert denied({"type": "permit", "provision": [{**DENY, "action": action}]}) is binds


# Copies


def test_two_void_versions_of_a_result_contradict_nothing() -> None:
    first = creatinine("a", status="entered-in-error", identifier=[{"value": "x"}], issued="2026-01-01T00:00:00Z")
    second = creatinine("b", status="cancelled", identifier=[{"value": "x"}], issued="2026-02-01T00:00:00Z")
    found = reading(bundle(PATIENT, first, second), "Patient/p1")
    assert {note_of(found, f"Observation/{name}").ignored for name in "ab"} == {"void-status"}
    labs_read = [finding for finding in found.findings if finding.kind == "laboratory"]
    assert not any(finding.status in ("present", "conflicting") for finding in labs_read)
    valid = {**first, "status": "final"}
    found = reading(bundle(PATIENT, valid, second), "Patient/p1")
    assert [f.reason for f in findings_of(found, "Observation/a", "laboratory")] == ["later-result"]


def test_two_versions_of_one_id_without_an_order_of_time_stay_both() -> None:
    one = creatinine("a", identifier=[{"value": "x"}])
    other = creatinine("a", value="1.9", identifier=[{"value": "x"}])
    found = reading(bundle(PATIENT, one, other), "Patient/p1")
    assert [note.ignored for note in found.inputs if note.resource == "Observation/a"] == [None, None]
    values = {f.value["quantity"] for f in findings_of(found, "Observation/a", "laboratory")}
    assert values == {Decimal("0.9"), Decimal("1.9")}
    issued = {"issued": "2026-04-01T00:00:00Z"}
    # What only one of them states does not order them.
    found = reading(bundle(PATIENT, one, {**other, **issued}), "Patient/p1")
    assert len(findings_of(found, "Observation/a", "laboratory")) == 2
    later = reading(bundle(PATIENT, {**one, "issued": "2026-03-31T00:00:00Z"}, {**other, **issued}), "Patient/p1")
    assert [f.value["quantity"] for f in findings_of(later, "Observation/a", "laboratory")] == [Decimal("1.9")]


def test_one_resource_sent_twice_is_no_version_of_itself() -> None:
    same = creatinine("a", identifier=[{"value": "x"}])
    found = reading(bundle(PATIENT, same, dict(same)), "Patient/p1")
    notes = [note.ignored for note in found.inputs if note.resource == "Observation/a"]
    assert notes.count(None) == 1
    assert len([f for f in found.findings if f.kind == "laboratory" and f.status == "present"]) == 1


# Values


def test_a_number_that_no_decimal_holds_is_no_number() -> None:
    assert decimal_of("1E9999999999999999999") is None
    assert decimal_of(10**400) is None
    assert decimal_of("1e2") == Decimal(100)


def test_an_empty_object_is_no_value_and_one_object_in_a_list_is_that_object() -> None:
    assert as_list({}) == as_list("") == as_list(None) == as_list([{}, None, ""]) == []
    assert as_list({"a": 1}) == [{"a": 1}]
    assert as_dict([{"a": 1}]) == {"a": 1}
    assert as_dict([{"a": 1}, {"a": 2}]) == as_dict(["a"]) == {}


def test_the_last_year_of_the_calendar_has_an_end() -> None:
    for text in ("9999", "9999-12"):
        found = span_of(text)
        assert found is not None and found.start < found.end


@pytest.mark.parametrize(
    ("members", "date"),
    [
        ({"effectiveInstant": "2026-01-02T00:00:00Z", "issued": "2026-02-01"}, "2026-01-02T00:00:00Z"),
        ({"effectiveTiming": {"event": ["2026-01-03"]}, "issued": "2026-02-01"}, "2026-01-03"),
        ({"effectiveTiming": {"event": []}, "issued": "2026-02-01"}, "2026-02-01"),
        ({"effectivePeriod": {"end": "2026-01-04"}, "issued": "2026-02-01"}, "2026-01-04"),
        ({"effectivePeriod": {"start": "2026-01-01", "end": "2026-01-04"}}, "2026-01-01"),
        ({"effectiveDateTime": "yesterday", "issued": "2026-02-01"}, "2026-02-01"),
        ({"effectiveDateTime": "yesterday"}, None),
    ],
)
def test_the_date_of_a_result_is_when_it_was_taken_before_when_it_was_told(
    members: dict[str, Any], date: str | None
) -> None:
    assert date_of(members) == date


# Numbers


def quantity(value: str, code: str = "mg/dL", **more: Any) -> dict[str, Any]:
    return {"value": value, "system": UCUM, "code": code, **more}


def test_a_unit_that_cannot_be_read_is_told_as_it_was_stated() -> None:
    for stated, told in (
        ({"unit": "furlongs"}, "furlongs"),
        ({"code": "[fur_us]x"}, "[fur_us]x"),
        ({"unit": "furlongs", "code": "[fur_us]x"}, "furlongs"),
    ):
        read = quantity_of({"value": "5", "system": UCUM, **stated}, terms())
        assert (read.quantity, read.unit, read.stated_unit, read.reason) == (Decimal(5), None, told, "unit-unreadable")
    for text, notes in (("mg/100ml", ("unit as stated: mg/100ml",)), ("mg/dL", ()), (None, ())):
        known = quantity_of(quantity("5", **({"unit": text} if text else {})), terms())
        assert (known.unit, known.notes) == ("mg/dL", notes)


def test_a_range_whose_ends_are_turned_or_in_two_units_or_with_a_sign_is_not_read() -> None:
    good = range_of({"low": quantity("1"), "high": quantity("2")}, terms())
    assert (good.low, good.high, good.unit, good.reason) == (Decimal(1), Decimal(2), "mg/dL", None)
    half = range_of({"low": quantity("1")}, terms())
    assert (half.low, half.high) == (Decimal(1), None)
    for bad in (
        {"low": quantity("2"), "high": quantity("1")},
        {"low": quantity("1"), "high": quantity("2", "mmol/L")},
        {"low": quantity("1", comparator="<"), "high": quantity("2")},
        {},
        "text",
    ):
        read = range_of(bad, terms())
        assert (read.low, read.high, read.reason) == (None, None, "value-unreadable")


def test_a_ratio_by_nothing_or_with_a_sign_or_of_two_kinds_is_not_read() -> None:
    assert ratio_of({"numerator": {"value": "3"}, "denominator": {"value": "2"}}, terms()).quantity == Decimal("1.5")
    assert ratio_of({"numerator": {"value": "4"}, "denominator": {"value": "2"}}, terms()).quantity == Decimal(2)
    for bad in (
        {"numerator": {"value": "3"}, "denominator": {"value": "0"}},
        {"numerator": {"value": "3", "comparator": "<"}, "denominator": {"value": "2"}},
        {"numerator": {"value": "3"}},
        {},
    ):
        assert ratio_of(bad, terms()).reason == "value-unreadable"
    mixed = ratio_of({"numerator": quantity("3"), "denominator": {"value": "2"}}, terms())
    assert (mixed.quantity, mixed.reason) == (None, "unit-unreadable")


# Answers


def test_two_answers_of_one_concept_that_differ_are_a_contradiction() -> None:
    positive, negative = (LOINC, "LA6576-8", None), (LOINC, "LA6577-6", None)
    assert answer_of(terms(), [positive, positive]).word is not None
    both = answer_of(terms(), [positive, negative])
    assert (both.word, both.reason) == (None, "value-conflict")


def test_an_answer_in_words_without_a_code_contradicts_the_coded_one_beside_it() -> None:
    coded, in_words = (LOINC, "LA6576-8", None), (None, None, "Negative")
    torn = answer_of(terms(), [coded, in_words])
    assert (torn.word, torn.reason) == (None, "value-conflict")
    assert short(str(answer_of(terms(), [in_words]).word)) == "absent"
    strange = answer_of(terms(), [("http://example.org/codes", "xyz", "Negative")])
    assert (short(str(strange.word)), strange.by_code) == ("absent", False)


def test_two_values_of_one_result_that_differ_are_a_contradiction() -> None:
    concept = {"coding": [{"system": LOINC, "code": "LA6576-8"}]}
    torn = answer_in(terms(), {"valueCodeableConcept": concept, "valueBoolean": False})
    assert (torn.word, torn.reason) == (None, "value-conflict")
    assert answer_in(terms(), {"valueCodeableConcept": concept, "valueBoolean": True}).word is not None


# Laboratory values


def component(code: str, value: str = "1.4") -> dict[str, Any]:
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": quantity(value)}


def labs(resource: dict[str, Any]) -> list[Finding]:
    return findings_of(reading(bundle(PATIENT, resource), "Patient/p1"), f"Observation/{resource['id']}", "laboratory")


def test_l7_the_one_component_of_the_same_question_is_the_value_and_of_two_it_is_never_the_first() -> None:
    (one,) = labs(creatinine(valueQuantity=None, component=[component("2160-0")]))
    assert (one.status, one.value["quantity"]) == ("present", Decimal("1.4"))
    (torn,) = labs(creatinine(valueQuantity=None, component=[component("2160-0"), component("2160-0", "9.9")]))
    assert (torn.status, torn.reason, "quantity" in torn.value) == ("indeterminate", "value-absent", False)


def test_h36_of_a_panel_two_parts_with_one_question_are_never_read_as_the_first() -> None:
    panel = {"coding": [{"system": "http://example.org", "code": "panel"}], "text": "Panel"}
    parts = [component("2160-0"), component("2160-0", "9.9"), component("2823-3", "4")]
    parts[2]["valueQuantity"] = quantity("4", "mmol/L")
    found = labs(creatinine(valueQuantity=None, code=panel, component=parts))
    told = {(finding.subject, finding.status, finding.reason) for finding in found}
    assert ("creatinine", "indeterminate", "value-absent") in told
    assert ("potassium", "present", None) in told
    assert len(found) == 2


def worded(**members: Any) -> Finding:
    stated: dict[str, Any] = {
        "code": {"coding": [{"system": LOINC, "code": "2160-0"}]},
        "valueQuantity": None,
        **members,
    }
    (found,) = labs(creatinine(**stated))
    return found


def test_a_word_of_a_laboratory_is_its_result_and_a_contradiction_of_words_none() -> None:
    positive = {"coding": [{"system": LOINC, "code": "LA6576-8", "display": "Positive"}]}
    negative = {"coding": [{"system": LOINC, "code": "LA6577-6", "display": "Negative"}]}
    assert worded(valueCodeableConcept=positive).value["result"] == "positive"
    assert worded(valueCodeableConcept=negative).value["result"] == "negative"
    assert (
        worded(valueCodeableConcept={"coding": [{"system": LOINC, "code": "LA9633-4"}]}).value["result"] == "positive"
    )
    assert (
        worded(valueCodeableConcept={"coding": [{"system": LOINC, "code": "LA9634-2"}]}).value["result"] == "negative"
    )
    torn = worded(valueCodeableConcept={"coding": [*positive["coding"], *negative["coding"]]})
    assert (torn.status, torn.reason, "result" in torn.value) == ("conflicting", "value-conflict", False)
    wrong = worded(valueCodeableConcept={"coding": [{**positive["coding"][0], "display": "Negative"}]})
    assert (wrong.status, wrong.reason) == ("conflicting", "code-display")


def test_a_word_that_leaves_the_result_open_is_indeterminate() -> None:
    found = worded(valueCodeableConcept={"coding": [{"system": LOINC, "code": "LA11884-6"}]})
    assert (found.status, found.reason) == ("indeterminate", "indeterminate")


@pytest.mark.parametrize(("code", "told"), [("POS", "positive"), ("NEG", "negative")])
def test_an_interpretation_alone_is_the_word_of_the_laboratory(code: str, told: str) -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    assert worded(interpretation=[{"coding": [{"system": system, "code": code}]}]).value.get("result") == told


def test_without_any_value_a_measurement_is_not_there() -> None:
    found = worded()
    assert (found.status, found.reason) == ("ignored", "value-absent")
    assert SUBJECT["reference"] == "Patient/p1"
    assert callable(read_laboratory)


def test_two_concepts_are_remembered_as_one_only_if_codes_display_and_text_are_the_same() -> None:
    coding = {"system": "s", "code": "c", "display": "d"}
    whole = {"coding": [coding], "text": "t"}
    assert spelling(whole) == spelling([whole]) == spelling({"text": "t", "coding": [dict(coding)]})
    for name in ("system", "code", "display"):
        assert spelling({**whole, "coding": [{**coding, name: "x"}]}) != spelling(whole)
        assert spelling({**whole, "coding": [{k: v for k, v in coding.items() if k != name}]}) != spelling(whole)
    assert spelling({**whole, "text": "x"}) != spelling(whole) != spelling({"coding": [coding]})
    assert spelling({**whole, "coding": [coding, {**coding, "code": "x"}]}) != spelling(whole)
    assert spelling({**whole, "coding": [coding, {**coding, "code": "x"}]}) != spelling(
        {**whole, "coding": [coding, {**coding, "code": "y"}]}
    )


def test_a_consent_that_binds_is_told_as_context_and_one_that_is_over_is_not() -> None:
    found = reading(bundle(PATIENT, consent({"type": "permit", "provision": [DENY]}), genotype()), "Patient/p1")
    assert (note_of(found, "Consent/k").role, note_of(found, "Consent/k").ignored) == ("context", None)
    assert [f.status for f in findings_of(found, "Consent/k")] == ["present"]
    draft = reading(bundle(PATIENT, consent(DENY, status="draft"), genotype()), "Patient/p1")
    assert [f.status for f in findings_of(draft, "Consent/k")] == ["ignored"]
    assert not any(finding.status == "withheld" for finding in draft.findings)


def test_a_part_of_a_panel_that_is_no_measurement_is_never_read_as_one() -> None:
    parts = [component("2823-3"), component("94076-7", "12"), component("99999-9", "7")]
    parts[0]["valueQuantity"] = quantity("4", "mmol/L")
    panel = {"coding": [{"system": "http://example.org", "code": "panel"}], "text": "Panel"}
    assert [finding.subject for finding in labs(creatinine(valueQuantity=None, code=panel, component=parts))] == [
        "potassium"
    ]


def test_a_code_of_a_closed_list_counts_only_from_its_own_system() -> None:
    fold = ("condition-clinical",)
    for system in (
        "http://terminology.hl7.org/CodeSystem/condition-clinical",
        "http://e.org/condition-clinical/",
        None,
    ):
        coding = {"code": "active", **({"system": system} if system else {})}
        assert code_of({"coding": [coding]}, fold) == "active"
    assert code_of({"coding": [{"system": "http://e.org/other", "code": "active"}]}, fold) is None
    assert code_of({"coding": [{"code": "active"}, {"code": "resolved"}]}, fold) is None
    assert code_of({"text": "active"}) == code_of("active") == "active"


def test_a_patient_known_by_a_urn_is_the_patient_of_that_urn_only() -> None:
    for urn, whose in (("urn:uuid:1", None), ("urn:uuid:2", "other-patient")):
        found = reading(bundle(creatinine(subject={"reference": urn})), "urn:uuid:1")
        assert note_of(found, "Observation/creat").ignored == whose


def test_results_that_differ_in_what_they_contain_are_no_copies() -> None:
    def with_specimen(ident: str, status: str) -> dict[str, Any]:
        return creatinine(ident, contained=[{"resourceType": "Specimen", "id": "s", "status": status}])

    found = reading(bundle(PATIENT, with_specimen("a", "available"), with_specimen("b", "unavailable")), "Patient/p1")
    assert [note_of(found, f"Observation/{name}").ignored for name in "ab"] == [None, None]
    found = reading(bundle(PATIENT, with_specimen("a", "available"), with_specimen("b", "available")), "Patient/p1")
    assert [note_of(found, f"Observation/{name}").ignored for name in "ab"] == [None, "duplicate-of"]


@pytest.mark.parametrize(
    "limit",
    [
        {"class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}]},
        {"resourceType": [{"system": "http://hl7.org/fhir/fhir-types", "code": "Observation"}]},
        {"code": [{"coding": [{"system": LOINC, "code": "84413-4"}]}]},
        {"data": [{"reference": {"reference": "Observation/geno"}}]},
    ],
)
def test_of_two_provisions_the_one_with_more_limits_decides_whatever_their_order(limit: dict[str, Any]) -> None:
    permit = {"type": "permit", "securityLabel": [GENETIC], **limit}
    for provisions in ([DENY, permit], [permit, DENY]):
        assert not denied({"type": "permit", "provision": provisions})
        assert denied({"type": "permit", "provision": [{**one, "type": "deny"} for one in provisions]})


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "Positive"},
        {"valueCode": "Positive"},
        {"valueCoding": {"system": LOINC, "code": "LA6576-8"}},
        {"valueCodeableConcept": {"text": "Positive"}},
        {"valueBoolean": True},
    ],
)
def test_an_answer_is_read_from_every_kind_of_value_that_can_hold_words(value: dict[str, Any]) -> None:
    assert answer_in(terms(), value).word in ("positive", "present")


def test_an_extension_is_known_by_the_end_of_its_address_without_the_version() -> None:
    for url in ("http://e.org/x", "http://e.org/a/x|1.0", "x", "x|2|3"):
        assert extension({"extension": [{"url": url, "valueCode": "v"}]}, "x") is not None
    for url in ("http://e.org/x/y", "http://e.org/yx", "", 5):
        assert extension({"extension": [{"url": url, "valueCode": "v"}]}, "x") is None


def test_a_contained_subject_is_looked_for_in_its_own_resource_only() -> None:
    inner = {"resourceType": "Patient", "id": "p1", "gender": "female"}
    own = creatinine("a", subject={"reference": "#p1"}, contained=[inner])
    lost = creatinine("b", value="2", subject={"reference": "#p1"})
    for resources in ((own, lost), (lost, own)):
        found = reading(bundle(*resources), "Patient/p1")
        assert [f.status for f in findings_of(found, "Observation/a", "laboratory")] == ["present"]
        assert not any(f.status == "present" for f in findings_of(found, "Observation/b", "laboratory"))
