"""The inputs whose every small change is on record: rule tests written as FHIR, and shapes that other systems send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.evidence.bundles import Json, resources
from tests.evidence.goldens import ROOT, Golden, Watched, bundles, narrowed, of_tests, requests, whole
from tests.evidence.whole import add, component, concept, drug, patient, typed
from tests.fhir.material import PATIENT, RXNORM, SUBJECT
from tests.fhir.material import bundle as _bundle

# Rules of which the first test that alerts and the first that is clear are changed.
BOTH = (
    "pharmacogenomics/warfarin/cpic", "pharmacogenomics/phenytoin/cpic", "pharmacogenomics/atazanavir/cpic",
    "pharmacogenomics/succinylcholine/cpic", "pharmacogenomics/amikacin/cpic", "pharmacogenomics/ivacaftor/cpic",
    "pharmacogenomics/abacavir/cpic", "pharmacogenomics/carbamazepine/cpic", "pharmacogenomics/capecitabine/dpwg",
    "pharmacogenomics/siponimod/dpwg", "pharmacogenomics/rasburicase/cpic", "pharmacogenomics/simvastatin/cpic",
    "pharmacogenomics/mavacamten/fda", "pharmacogenomics/codeine/cpic", "pharmacogenomics/fluorouracil/cpic",
    "germline/brugada/propafenone", "germline/thrombophilia/estrogens", "germline/polg/valproate",
    "germline/apoe/lecanemab", "germline/malignant-hyperthermia/diagnosis", "germline/urea-cycle/valproate",
    "laboratory/egfr/metformin", "laboratory/potassium/spironolactone", "laboratory/inr/warfarin",
    "laboratory/hepatitis-b/anti-cd20", "laboratory/creatinine-clearance/zoledronic-acid", "laboratory/ccr5/maraviroc",
    "laboratory/g6pd/rasburicase", "laboratory/jcv/natalizumab",
    "tumor/lung/order-osimertinib", "tumor/breast/her2-negative-anti-her2", "tumor/colorectal/ras-wild-type-cetuximab",
)  # fmt: skip
ALERTS = (
    "germline/hereditary-cancer/lynch-reflex", "tumor/lung/egfr-t790m-resistance", "tumor/lung/pdl1-tps-1",
    "tumor/lung/ros1-rearrangement", "tumor/breast/pik3ca-mutated", "tumor/endometrial/msi-high-or-dmmr",
    "tumor/leukemia/abl1-t315i", "tumor/liquid-biopsy/germline-suspected", "tumor/ovarian/hrd-olaparib-bevacizumab",
    "tumor/prostate/hrr-olaparib", "tumor/lung/met-exon-14-skipping",
)  # fmt: skip
# Of these also how they are sent is changed; the others are sent in the same way.
SENT = frozenset({"pharmacogenomics/warfarin/cpic", "laboratory/egfr/metformin", "tumor/lung/pdl1-tps-1"})
# Rules about the patient that judge an input besides its own.
BESIDE = 3
ALWAYS = ("Patient", "MedicationRequest")
RESULTS = ("Patient", "Observation", "Condition", "Specimen", "MedicationStatement", "Encounter", "DiagnosticReport")
SHAPES = ROOT / "tests" / "fhir" / "samples" / "own_shapes.json"


@dataclass(frozen=True)
class Base:
    """An input, the rules that judge it, and the resource types that are left as they are.

    `form` is whether also how it is sent is changed, `findings` whether everything that is read in it is on record.
    """

    golden: Golden
    left: tuple[str, ...] = ()
    form: bool = True
    findings: bool = False

    def engine(self) -> Watched:
        """An engine with the rules of the orders, the rule whose test it is, and some about the patient that speak."""
        lines = [one for one in whole().of(self.golden).ledger.orders if one.rule]
        rules = {str(one.rule) for one in lines if one.order != "@patient"}
        about = sorted((one.outcome, str(one.rule)) for one in lines if one.order == "@patient" and not one.quiet)
        rules |= {rule for _, rule in about[:BESIDE]}
        own = self.golden.name.partition("#")[0]
        return narrowed(rules | ({own} & {rule.id for rule in whole().active_rules()}))


@cache
def bases() -> tuple[Base, ...]:
    """Every input on record, in order."""
    samples = {golden.name: golden for golden in (*bundles(), *requests())}
    ruled = tuple(_of_rules())
    return (
        # Those of which also the form is changed come first: most faults are noticed there.
        *(Base(Golden(name, json.dumps(bundle)), left) for name, bundle, left in _shapes()),
        *(base for base in ruled if base.form),
        Base(samples["order-sign-clopidogrel"], RESULTS),
        Base(samples["patient-view"], RESULTS),
        Base(samples["order-select-clopidogrel"], ("Condition", "Specimen")),
        *(base for base in ruled if not base.form),
        *_own_shapes(),
        Base(samples["mercaptopurine-tpmt-nudt15-intermediate"], ("Patient",), form=False),
    )


def _own_shapes() -> Iterator[Base]:
    """Shapes of results of which no public sample exists."""
    for place, sample in enumerate(json.loads(SHAPES.read_text("utf-8"))):
        text = json.dumps(_bundle(PATIENT, *sample["resources"]))
        yield Base(Golden(f"shape/{sample['shape']}#{place}", text), ALWAYS, form=False, findings=True)


def _of_rules() -> Iterator[Base]:
    wanted = {(rule, "ALERT") for rule in (*BOTH, *ALERTS)} | {(rule, "CLEAR") for rule in BOTH}
    for golden, outcome in of_tests():
        rule = golden.name.partition("#")[0]
        if (rule, outcome) in wanted:
            wanted.remove((rule, outcome))
            form = rule in SENT and outcome == "ALERT"
            yield Base(golden, () if form else ALWAYS, form)


def _shapes() -> Iterator[tuple[str, Json, tuple[str, ...]]]:
    yield "orders", _orders(), ("Patient", "Observation")
    yield from _inhibitors()
    yield from _conditions()
    yield "clopidogrel-normal", patient(order="clopidogrel", diplotype={"CYP2C19": "*1/*1"}), ALWAYS
    yield "codeine-phenotype", patient(order="codeine", phenotype={"CYP2D6": "poor metabolizer"}), ALWAYS
    yield "report", _report(), ("Patient", "MedicationRequest")
    yield "older-and-newer", _versions(), ("Patient",)
    yield "ordered-tests", _ordered_tests(), ("Patient", "MedicationRequest")
    yield "r5-and-stu3", _other_versions(), ("Patient", "Observation")
    yield "consent", _consent(), ("Patient", "MedicationRequest", "Observation")


def _product(ident: str, **members: Any) -> Json:
    order = drug("", id=ident, **members)
    if "medicationReference" in members:
        del order["medicationCodeableConcept"]
    return order


def _orders() -> Json:
    """A poor metabolizer of CYP2D6 and CYP2C19, and orders in the forms in which drugs arrive."""
    bundle = patient(diplotype={"CYP2D6": "*4/*4", "CYP2C19": "*2/*2"})
    ident = resources(bundle, "Patient")[0]["id"]
    codeine = {"resourceType": "Medication", "id": "med", "code": concept("2670", RXNORM)}
    forms: tuple[Json, ...] = (
        _product("product", medicationCodeableConcept=concept("309362", RXNORM), status="draft"),
        _product("text", medicationCodeableConcept={"text": "Codeine phosphate 30 mg tablet"}),
        _product("atc", medicationCodeableConcept=concept("R05DA04", "http://www.whocc.no/atc")),
        _product("reference", medicationReference={"reference": "Medication/med"}),
        _product("contained", medicationReference={"reference": "#in"}, contained=[{**codeine, "id": "in"}]),
        _product("ingredients", medicationReference={"reference": "#two"}, contained=[{
            "resourceType": "Medication", "id": "two", "ingredient": [
                {"itemCodeableConcept": concept("161", RXNORM)}, {"itemCodeableConcept": concept("2670", RXNORM)}]}]),
    )  # fmt: skip
    bundle["entry"].append({"resource": codeine})
    for form in forms:
        add(bundle, {**form, "subject": {"reference": f"Patient/{ident}"}})
    return bundle


def _with_inhibitor(**resource: Any) -> Json:
    """Codeine for a normal metabolizer beside one strong inhibitor: nothing else decides the line."""
    bundle = patient(order="codeine", diplotype={"CYP2D6": "*1/*1"})
    return add(bundle, {"id": "m", "medicationCodeableConcept": concept("42347", RXNORM), **resource})


def _inhibitors() -> Iterator[tuple[str, Json, tuple[str, ...]]]:
    left = ("Patient", "MedicationRequest", "Observation")
    period = {"effectivePeriod": {"start": "2026-01-05", "end": "2026-09-05"}, "dosage": [{"route": {"text": "oral"}}]}
    handed = {"whenHandedOver": "2026-05-25", "daysSupply": {"value": 30, "code": "d"}}
    taken = {"effectivePeriod": {"start": "2026-05-20", "end": "2026-06-05"}}
    for name, members in (
        ("statement", {"resourceType": "MedicationStatement", "status": "active", **period}),
        ("dispense", {"resourceType": "MedicationDispense", "status": "completed", **handed}),
        ("administration", {"resourceType": "MedicationAdministration", "status": "completed", **taken}),
    ):
        yield f"inhibitor-{name}", _with_inhibitor(**members), left


def _conditions() -> Iterator[tuple[str, Json, tuple[str, ...]]]:
    """Clopidogrel for a poor metabolizer: one condition decides the case."""
    left = ("Patient", "MedicationRequest", "Observation")
    for condition in ("acute coronary syndrome", "liver transplant"):
        bundle = patient(order="clopidogrel", diplotype={"CYP2C19": "*2/*2"}, condition=[condition])
        yield f"condition-{condition.replace(' ', '-')}", bundle, left
    bundle = patient(order="clopidogrel", diplotype={"CYP2C19": "*2/*2"})
    transplant = concept("18027006", "http://snomed.info/sct")
    done = {"resourceType": "Procedure", "id": "t", "status": "completed", "code": transplant}
    yield "procedure-transplant", add(bundle, {**done, "performedDateTime": "2020-02-02"}), left


def _report() -> Json:
    """A panel of one gene in a report: variants as members, what was covered, and the specimen."""
    bundle = patient(order="fluorouracil")
    variant = {
        "resourceType": "Observation", "id": "v", "status": "final", "code": concept("69548-6"), "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02", "valueCodeableConcept": concept("LA9633-4"),
        "component": [
            {"code": concept("48018-6"), "valueCodeableConcept": {"text": "DPYD"}},
            {"code": concept("48004-6"), "valueCodeableConcept": {"text": "NM_000110.4:c.1905+1G>A"}},
            component("53034-5", "LA6706-1"), component("48002-0", "LA6683-2"),
        ],
    }  # fmt: skip
    covered = {
        "resourceType": "Observation", "id": "c", "status": "final", "code": concept("53041-0"), "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02",
        "component": [{"code": concept("48018-6"), "valueCodeableConcept": {"text": "DPYD"}}],
    }  # fmt: skip
    members = [{"reference": "Observation/v"}, {"reference": "Observation/c"}]
    group = {
        "resourceType": "Observation", "id": "p", "status": "final", "code": concept("51969-4"), "subject": SUBJECT,
        "hasMember": members, "derivedFrom": [{"reference": "Observation/v"}], "specimen": {"reference": "Specimen/s"},
    }  # fmt: skip
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": concept("51969-4"),
        "subject": SUBJECT, "result": [{"reference": "Observation/p"}, *members],
        "specimen": [{"reference": "Specimen/s"}],
        "conclusion": "DPYD variant found",
    }  # fmt: skip
    specimen = {
        "resourceType": "Specimen",
        "id": "s",
        "type": concept("119297000", "http://snomed.info/sct"),
        "subject": SUBJECT,
    }
    for resource in (variant, covered, group, report, specimen):
        add(bundle, {**resource, "subject": {"reference": f"Patient/{resources(bundle, 'Patient')[0]['id']}"}})
    return bundle


def _versions() -> Json:
    """Two results of one question, one of them newer, and an older preliminary one."""
    bundle = patient(order="codeine")
    ident = {"reference": f"Patient/{resources(bundle, 'Patient')[0]['id']}"}
    for name, alleles, date, status in (
        ("old", "*1/*1", "2019-03-02", "final"),
        ("new", "*4/*4", "2026-03-02", "corrected"),
        ("first", "*1/*4", "2026-02-02", "preliminary"),
    ):
        add(
            bundle,
            {**typed("CYP2D6", alleles), "id": name, "effectiveDateTime": date, "status": status, "subject": ident},
        )
    return bundle


def _ordered_tests() -> Json:
    """An order of a test without its result, and a registered result."""
    bundle = patient(order="codeine")
    gene = concept("84413-4")
    add(bundle, {"resourceType": "ServiceRequest", "id": "t", "status": "active", "intent": "order",
                 "authoredOn": "2026-05-20", "code": {"text": "CYP2D6 genotype"},
                 "orderDetail": [{"text": "CYP2D6"}]})  # fmt: skip
    add(bundle, {**typed("CYP2D6", ""), "id": "r", "status": "registered", "code": gene})
    return bundle


def _other_versions() -> Json:
    """Orders and statements as R5 and STU3 write them."""
    bundle = patient(diplotype={"CYP2D6": "*4/*4", "CYP2C19": "*2/*2"})
    codeine = concept("2670", RXNORM)
    for resource in (
        {"resourceType": "MedicationRequest", "id": "r5", "status": "active", "intent": "order",
         "medication": {"concept": codeine}},
        {"resourceType": "MedicationStatement", "id": "r5s", "status": "recorded", "medication": {"concept": codeine},
         "adherence": {"code": concept("taking", "http://hl7.org/fhir/CodeSystem/medication-statement-adherence")}},
        {"resourceType": "MedicationStatement", "id": "stu3", "status": "active", "taken": "y",
         "medicationCodeableConcept": concept("32968", RXNORM)},
        {"resourceType": "MedicationStatement", "id": "dstu2", "status": "active", "wasNotTaken": False,
         "medicationCodeableConcept": concept("32968", RXNORM)},
    ):  # fmt: skip
        add(bundle, resource)
    return bundle


def _consent() -> Json:
    """A result that is labeled as genetic, and a consent that permits some and denies other use."""
    bundle = patient(order="codeine", diplotype={"CYP2D6": "*4/*4"})
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}
    resources(bundle, "Observation")[0]["meta"] = {"security": [label]}
    reference = {"reference": f"Patient/{resources(bundle, 'Patient')[0]['id']}"}
    provision = {
        "type": "deny", "securityLabel": [label], "period": {"start": "2020-01-01", "end": "2030-01-01"},
        "purpose": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}],
        "provision": [{"type": "permit", "securityLabel": [label]}],
    }  # fmt: skip
    bundle["entry"].append({"resource": {
        "resourceType": "Consent", "id": "c", "status": "active", "patient": reference, "dateTime": "2020-01-01",
        "scope": concept("patient-privacy", "http://terminology.hl7.org/CodeSystem/consentscope"),
        "policyRule": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}]},
        "provision": provision}})  # fmt: skip
    return bundle
