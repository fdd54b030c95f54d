"""Which consents bind, whom and what they withhold, code by code (K1-K8, H64); and what makes two results one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pmcds.fhir import Policy, open_input, read
from pmcds.model.findings import Reading
from tests.fhir.material import LOINC, PATIENT, SUBJECT, bundle, condition, context, creatinine, note_of, order

GDIS = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}
DENY = {"type": "deny", "securityLabel": [GDIS]}
NO_LABELS: frozenset[str] = frozenset()


def consent(provision: Any = DENY, base: str | None = "OPTIN", **members: Any) -> dict[str, Any]:
    stated = {
        "resourceType": "Consent", "id": "k", "status": "active", "patient": SUBJECT,
        "policyRule": {"coding": [{"code": base}]} if base else None, "provision": provision, **members,
    }  # fmt: skip
    return {name: value for name, value in stated.items() if value is not None}


def genotype(**members: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": "geno", "status": "final", "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02", "code": {"coding": [{"system": LOINC, "code": "84413-4"}]},
        "valueCodeableConcept": {"text": "CYP2C19 *2/*2"}, **members,
    }  # fmt: skip


def of(*resources: Any, labels: frozenset[str] | None = None) -> Reading:
    policy = Policy() if labels is None else Policy(withheld_labels=labels)
    opened = open_input(bundle(PATIENT, *resources))
    made = context("Patient/p1")
    return read(opened, type(made)(made.terms, made.genes, made.patient, made.now, policy=policy))


def withheld(found: Reading) -> set[str]:
    return {note.resource for note in found.inputs if note.ignored == "withheld"}


@pytest.mark.parametrize(
    ("status", "binds"),
    [
        ("active", True), ("unknown", True), (None, True), ("Active", True),
        ("draft", False), ("proposed", False), ("rejected", False), ("inactive", False), ("not-done", False),
        ("entered-in-error", False),
    ],
)  # fmt: skip
def test_k3_a_consent_binds_in_every_state_but_those_that_say_it_does_not(status: str | None, binds: bool) -> None:
    assert withheld(of(consent(status=status), genotype())) == ({"Observation/geno"} if binds else set())


@pytest.mark.parametrize(
    ("scopes", "binds"),
    [
        (["patient-privacy"], True), ([], True), (["research", "patient-privacy"], True), (["billing"], True),
        (["research"], False), (["adr"], False), (["treatment"], False), (["adr", "research"], False),
    ],
)  # fmt: skip
def test_k3_a_consent_of_another_scope_alone_does_not_bind(scopes: list[str], binds: bool) -> None:
    scope = {"coding": [{"code": code} for code in scopes]} if scopes else None
    assert withheld(of(consent(scope=scope), genotype())) == ({"Observation/geno"} if binds else set())


@pytest.mark.parametrize(
    ("purpose", "binds"),
    [("TREAT", True), ("COC", True), ("CAREMGT", True), ("PurposeOfUse", True), ("HPAYMT", False), ("HRESCH", False),
     ("HMARKT", False), ("HOPERAT", False), ("PUBHLTH", False)],
)  # fmt: skip
def test_k1_a_deny_binds_for_treatment_and_what_belongs_to_it(purpose: str, binds: bool) -> None:
    found = of(consent({**DENY, "purpose": [{"code": purpose}]}), genotype())
    assert withheld(found) == ({"Observation/geno"} if binds else set())


@pytest.mark.parametrize(("base", "denies"), [("OPTOUT", True), ("OPTOUTE", True), ("OPTIN", False), ("OPTINR", False)])
def test_k2_the_base_of_a_consent_denies_where_it_opts_out(base: str, denies: bool) -> None:
    assert bool(withheld(of(consent(None, base), genotype()))) == denies


LEVELS = ("U", "L", "M", "N", "R", "V")


def test_k4_a_permit_by_level_withholds_exactly_what_is_above_it() -> None:
    for permitted, label in product(LEVELS, (*LEVELS, None)):
        labeled = creatinine(meta={"security": [{"code": label}]} if label else None)
        found = of(consent({"type": "permit", "securityLabel": [{"code": permitted}]}, "OPTOUT"), labeled,
                   labels=NO_LABELS)  # fmt: skip
        above = LEVELS.index(label or "N") > LEVELS.index(permitted)
        assert ("Observation/creat" in withheld(found)) == above, (permitted, label)


def test_k4_a_deny_by_level_withholds_that_level_and_what_is_above_it() -> None:
    for denied, label in product(LEVELS, (*LEVELS, None)):
        labeled = creatinine(meta={"security": [{"code": label}]} if label else None)
        found = of(consent({"type": "deny", "securityLabel": [{"code": denied}]}), labeled, labels=NO_LABELS)
        reached = LEVELS.index(label or "N") >= LEVELS.index(denied)
        assert ("Observation/creat" in withheld(found)) == reached, (denied, label)


ALWAYS_TOLD = ("Patient", "Consent", "MedicationRequest", "MedicationOrder", "Medication")
DENIED_BY_BASE = (
    "Observation", "DiagnosticReport", "Condition", "Procedure", "MedicationStatement", "MedicationUsage",
    "MedicationAdministration", "MedicationDispense", "AllergyIntolerance", "FamilyMemberHistory", "RiskAssessment",
    "ServiceRequest", "Specimen",
)  # fmt: skip


@pytest.mark.parametrize("type_name", [*ALWAYS_TOLD[2:], *DENIED_BY_BASE])
def test_k2_an_opt_out_withholds_everything_but_the_request_and_whom_it_is_about(type_name: str) -> None:
    one = {"resourceType": type_name, "id": "x", "status": "active", "subject": SUBJECT, "patient": SUBJECT}
    assert withheld(of(consent(None, "OPTOUT"), one)) == ({f"{type_name}/x"} if type_name in DENIED_BY_BASE else set())


# Members of a provision that say whom, when and what it is about; another may limit it in a way nobody here knows.
KNOWN: dict[str, Any] = {
    "id": "p", "extension": [{"url": "https://x.example/e"}], "type": "permit", "period": {"start": "2020"},
    "actor": [{"role": {"text": "x"}}], "action": [{"coding": [{"code": "access"}]}], "securityLabel": [GDIS],
    "purpose": [{"code": "TREAT"}], "class": [{"code": "Observation"}], "resourceType": [{"code": "Observation"}],
    "documentType": [{"code": "x"}], "code": [{"coding": [{"system": LOINC, "code": "2160-0"}]}],
    "data": [{"meaning": "instance", "reference": {"reference": "Observation/creat"}}],
    "provision": [{"type": "permit"}], "dataPeriod": {"start": "2020"},
}  # fmt: skip


@pytest.mark.parametrize("member", KNOWN)
def test_k8_a_member_that_is_understood_makes_no_consent_unreadable(member: str) -> None:
    assert withheld(of(consent({"type": "permit", member: KNOWN[member]}), genotype(), creatinine())) == set()


@pytest.mark.parametrize("member", ["expression", "except", "modifier", "controller", "x-limit", "consentor"])
def test_k8_a_member_that_nobody_knows_withholds_all_that_is_genomic(member: str) -> None:
    found = of(consent({"type": "permit", member: {"a": "b"}}), genotype(), creatinine(), condition(), order())
    assert withheld(found) == {"Observation/geno"}


def test_k1_a_deny_of_genetic_data_covers_what_is_known_as_genetic_only_when_it_is_read() -> None:
    risk = {
        "resourceType": "RiskAssessment", "id": "risk", "status": "final", "subject": SUBJECT,
        "occurrenceDateTime": "2026-03-02",
        "prediction": [{"outcome": {"text": "stroke"}, "probabilityDecimal": "0.1"}],
    }  # fmt: skip
    ordered = {
        "resourceType": "ServiceRequest", "id": "test", "status": "active", "intent": "order", "subject": SUBJECT,
        "code": {"text": "CYP2C19 genotyping"},
    }  # fmt: skip
    told = {**genotype(), "id": "prose", "code": {"text": "Remark"}, "valueCodeableConcept": None,
            "valueString": "CYP2C19 *2/*2"}  # fmt: skip
    stated = {name: value for name, value in told.items() if value is not None}
    found = of(consent(), risk, ordered, stated, creatinine(), condition())
    assert withheld(found) == {"RiskAssessment/risk", "ServiceRequest/test", "Observation/prose"}


# Copies and versions (MG1, H07): what may differ between two copies of one result, and what may not.
@pytest.mark.parametrize(
    ("member", "value", "copy"),
    [
        ("meta", {"versionId": "9"}, True), ("text", {"status": "generated", "div": "<div>x</div>"}, True),
        ("identifier", [{"system": "urn:x", "value": "other"}], True), ("issued", "2026-03-03T00:00:00Z", True),
        ("fullUrl", "urn:x", True),
        ("performer", [{"reference": "Organization/2"}], False), ("specimen", {"reference": "Specimen/2"}, False),
        ("method", {"text": "other"}, False), ("device", {"reference": "Device/2"}, False),
        ("interpretation", [{"coding": [{"code": "H"}]}], False), ("note", [{"text": "other"}], False),
        ("bodySite", {"text": "other"}, False), ("encounter", {"reference": "Encounter/2"}, False),
    ],
)  # fmt: skip
def test_mg1_a_result_under_another_id_is_a_copy_only_if_it_says_the_same(member: str, value: Any, copy: bool) -> None:
    found = of(creatinine("a"), creatinine("b", **{member: value}))
    assert note_of(found, "Observation/b").ignored == ("duplicate-of" if copy else None)
    numbers = [one for one in found.findings if one.kind == "laboratory"]
    assert len(numbers) == (1 if copy else 2)


@pytest.mark.parametrize(("member", "copy"), [("contained", False), ("id", True)])
def test_mg1_what_a_copy_contains_is_part_of_what_it_says(member: str, copy: bool) -> None:
    inner = {"resourceType": "Organization", "id": "o", "name": "Laboratory"}
    members = {"contained": [inner]} if member == "contained" else {}
    found = of(creatinine("a"), creatinine("b", **members))
    assert (note_of(found, "Observation/b").ignored == "duplicate-of") == copy


@pytest.mark.parametrize("status", ["amended", "corrected"])
@pytest.mark.parametrize("first", [True, False])
def test_h07_of_two_versions_without_an_order_of_time_the_corrected_one_counts(status: str, first: bool) -> None:
    versions = [creatinine(value="0.9"), creatinine(value="2.4", status=status)]
    found = of(*(versions if first else versions[::-1]))
    assert [str(one.value["quantity"]) for one in found.findings if one.kind == "laboratory"] == ["2.4"]
    assert sorted(str(note.ignored) for note in found.inputs if note.resource == "Observation/creat") == [
        "None", "superseded-by",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "replaces"),
    [
        ("replaces", True),
        ("observation-replaces", True),
        ("workflow-supersedes", True),
        ("workflow-relatedArtifact", False),
    ],
)
@pytest.mark.parametrize("form", ["valueReference", "valueUri"])
def test_h07_a_result_replaces_another_only_if_it_says_so(name: str, replaces: bool, form: str) -> None:
    value = {"reference": "Observation/old"} if form == "valueReference" else "Observation/old"
    url = f"http://hl7.org/fhir/StructureDefinition/{name}"
    newer = creatinine("new", "2.4", effectiveDateTime="2026-04-02", extension=[{"url": url, form: value}])
    found = of(creatinine("old"), newer)
    assert note_of(found, "Observation/old").ignored == ("superseded-by" if replaces else None)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_h07_a_void_correction_never_brings_the_first_version_back_silently(status: str) -> None:
    found = of(creatinine(issued="2026-03-02T00:00:00Z"), creatinine(status=status, issued="2026-03-05T00:00:00Z"))
    said = {(one.status, one.reason) for one in found.findings if one.kind == "laboratory"}
    assert ("conflicting", "later-result") in said
    assert not {status for status, _ in said} & {"present"}
