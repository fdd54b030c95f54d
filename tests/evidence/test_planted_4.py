"""What the fourth reader of planted faults planted and no near test noticed; each says what must never happen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.engine.match import combine, judge, slot_values
from pmcds.engine.outcome import Verdict
from pmcds.infer import infer
from pmcds.infer.methods import one_copy
from pmcds.infer.protein import nucleotide
from pmcds.model import words
from pmcds.model.answers import Subject
from pmcds.model.findings import Reading
from pmcds.model.rules import Atom
from tests.engine.build import GENE, answer, card, case, population, rule
from tests.evidence.whole import CLOPIDOGREL, evaluated, line
from tests.fhir.material import PATIENT, bundle, findings_of, order, reading
from tests.fhir.observations.support import genotype, observation
from tests.fhir.test_consents import GDIS
from tests.fhir.test_medications import statement
from tests.infer import support


@pytest.mark.parametrize(
    ("period", "state"),
    [({"start": "2025-01-31"}, "current"), ({"start": "2025-01-31", "end": "2026-12-31"}, "current"),
     ({"start": "2025-01-31", "end": "2026-05-01"}, "past"), ({"end": "2026-12-31"}, "current"), ({}, "current")],
)  # fmt: skip
def test_h46_a_drug_is_over_when_its_period_ends_never_when_it_begins(period: dict[str, str], state: str) -> None:
    found = reading(bundle(PATIENT, statement(effectivePeriod=period)))
    assert findings_of(found, "MedicationStatement/s1", "medication")[0].value["state"] == state


ABACAVIR = "pharmacogenomics/abacavir/cpic"


@pytest.mark.parametrize(
    ("typing", "outcome"),
    [("HLA-B*07:02+HLA-B*08:01", "CLEAR"), ("HLA-B*07:02", "CANNOT-TELL"),
     ("HLA-A*02:01+HLA-A*03:01^HLA-B*07:02", "CANNOT-TELL"), ("HLA-A*02:01^HLA-B*07:02+HLA-B*08:01", "CLEAR")],
)  # fmt: skip
def test_pg39_two_alleles_of_one_locus_never_exclude_an_allele_of_another(typing: str, outcome: str) -> None:
    typed = observation("84413-4", valueCodeableConcept={"text": typing})
    drug = order("o", medicationCodeableConcept={"text": "abacavir"})
    assert line(evaluated(bundle(PATIENT, drug, typed)), ABACAVIR).outcome == outcome


@pytest.mark.parametrize(
    ("change", "codon"),
    [("c.1A>G", 1), ("c.3G>T", 1), ("c.4A>C", 2), ("c.181C>A", 61), ("c.182A>T", 61), ("c.183A>C", 61),
     ("c.184G>A", 62)],
)  # fmt: skip
def test_each_base_belongs_to_the_codon_that_it_stands_in(change: str, codon: int) -> None:
    parsed = nucleotide(change)
    assert parsed is not None
    assert parsed.residue == codon


INCREASED, NORMAL_RISK, UNCERTAIN = (
    f"{word} risk of aminoglycoside-induced hearing loss" for word in ("Increased", "Normal", "Uncertain")
)


@pytest.mark.parametrize(
    ("both", "told"),
    [((INCREASED, NORMAL_RISK), "increased"), ((INCREASED, UNCERTAIN), "increased"),
     ((UNCERTAIN, NORMAL_RISK), "uncertain"), ((NORMAL_RISK, NORMAL_RISK), "normal")],
)  # fmt: skip
@pytest.mark.parametrize("turned", [True, False])
def test_pg36_of_two_variants_of_one_copy_the_harmless_one_never_decides(
    both: tuple[str, str], told: str, turned: bool
) -> None:
    gene = support.tables()["MT-RNR1"]
    assert told in one_copy(gene, both[::-1] if turned else both).phenotype.lower()


def test_lc23_a_normal_result_never_clears_beside_genetic_data_that_may_not_be_used() -> None:
    normal = genotype("*1/*1", id="n")
    hidden = genotype("*2/*2", id="r", meta={"security": [GDIS]})
    alone = line(evaluated(bundle(PATIENT, order(), normal)), CLOPIDOGREL)
    beside = line(evaluated(bundle(PATIENT, order(), normal, hidden)), CLOPIDOGREL)
    assert (alone.outcome, beside.outcome, beside.reason) == ("CLEAR", "CANNOT-TELL", "withheld")


def test_an_answer_of_an_inherited_result_is_never_given_for_that_of_a_tumor() -> None:
    memory: Any = {}
    question = (Subject("phenotype", "CYP2C19"), "germline")

    def told(source: str | None) -> tuple[str, ...]:
        one = replace(support.genotype("CYP2C19", "*2/*2"), source_class=source)
        known = infer(
            Reading((one,)), [question], genes=support.tables(), terms=support.terms(), now=support.NOW, blank=memory
        )
        return known[question].keys

    assert [told("germline"), told("somatic"), told("germline")] == [("poor metabolizer",), (), ("poor metabolizer",)]


def _verdict(key: str | None) -> Verdict:
    cases = [
        case("poor", Atom(GENE, frozenset({"poor"})), [GENE], card()),
        case("normal", Atom(GENE, frozenset({"normal"})), [GENE], silent="ok"),
    ]
    built = population(cases, [GENE])
    given = answer(GENE, key) if key else answer(GENE, word=words.UNREADABLE, reason="no-subject")
    return judge(built, [given], slot_values(rule([built], [GENE]), [given]))


@pytest.mark.parametrize("turned", [True, False])
def test_what_one_population_leaves_open_is_never_cleared_by_another(turned: bool) -> None:
    both = [_verdict("normal"), _verdict(None)]
    assert combine(both[::-1] if turned else both)[:2] == ("CANNOT-TELL", "no-subject")
    assert combine([_verdict("normal"), _verdict("poor"), _verdict(None)])[0] == "ALERT"
    assert combine([_verdict("normal")])[0] == "CLEAR"


@pytest.mark.parametrize("turned", [True, False])
def test_mi_12_an_ointment_never_stands_for_the_capsules_of_the_same_drug(turned: bool) -> None:
    def stated(ident: str, route: str) -> dict[str, Any]:
        dosage = [{"route": {"coding": [{"system": "http://snomed.info/sct", "code": route}]}}]
        return order(
            ident, status="active", medicationCodeableConcept={"text": "fluorouracil"}, dosageInstruction=dosage
        )

    drugs = [stated("cream", "6064005"), stated("drip", "47625008")]
    poor = genotype("*2A/*2A", "DPYD")
    for hook in (None, "patient-view"):
        result = evaluated(bundle(PATIENT, poor, *(drugs[::-1] if turned else drugs)), hook=hook)
        told = {
            one.order: one.outcome for one in result.ledger.orders if one.rule == "pharmacogenomics/fluorouracil/cpic"
        }
        assert told["MedicationRequest/drip"] == "ALERT", hook
