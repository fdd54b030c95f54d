"""Reading hazards that no other test names: what the reader must keep so that later stages can tell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fhir.material import bundle, creatinine, reading
from tests.fhir.observations.support import (
    HGVS,
    REFSEQ,
    SNOMED,
    UCUM,
    component,
    concept,
    finding,
    findings,
    gene,
    genotype,
    loinc,
    observation,
    terms,
    variant,
)
from tests.fhir.shapes.support import P1, only, resource, told, whole

START = component("81254-5", {"low": {"value": 94781859}}, name="valueRange")
REFERENCE = component("48013-7", concept(REFSEQ, "NC_000010.11"))


@pytest.mark.parametrize("code", ["Procedure", "Condition"])
def test_h15_transplants_are_events_of_the_record(code: str) -> None:
    liver = (
        concept(SNOMED, "18027006", "Transplantation of liver") if code == "Procedure" else {"text": "liver transplant"}
    )
    status = (
        {"status": "completed"}
        if code == "Procedure"
        else {"clinicalStatus": "active", "verificationStatus": "confirmed"}
    )
    found = whole(resource(code, code=liver, **status))
    assert len(found.inputs) == 1
    assert all(one.kind == "condition" for one in found.findings)


@pytest.mark.parametrize("answer", ["LA18198-4", "LA11884-6", None])
def test_h17_a_position_that_was_not_called_is_never_the_reference(answer: str | None) -> None:
    site = component("81255-2", concept("http://www.ncbi.nlm.nih.gov/projects/SNP", "rs4244285"))
    found = findings(variant(gene("CYP2C19"), site, answer=answer))
    assert [one.status for one in found] in (["indeterminate"], ["ignored"])
    assert not [one for one in found if one.kind in ("genotype", "haplotype")]


def test_h18_tested_genes_are_kept_and_nothing_is_concluded_from_them() -> None:
    found = findings(observation("53041-0", gene("CYP2C19")))
    assert [(one.kind, one.value["genes"]) for one in found] == [("coverage", ("CYP2C19",))]


@pytest.mark.parametrize("word", ["Indeterminate", "uncertain", "Unknown", "no call"])
def test_h19_undecided_words_are_never_normal(word: str) -> None:
    found = finding(observation("79716-7", valueCodeableConcept={"text": word}))
    assert (found.kind, found.status) == ("phenotype", "indeterminate")


@pytest.mark.parametrize("text", ["*1/*3A or *3B/*3C", "*1/*3A | *3B/*3C"])
def test_h20_several_diplotypes_are_all_kept(text: str) -> None:
    found = finding(genotype(text, "TPMT"))
    assert (found.value, found.reason) == ("*1/*3A or *3B/*3C", "phase-ambiguous")


@pytest.mark.parametrize("score", ["0.25", "0.5", "1.25", "2.25", "3.75"])
def test_h22_scores_are_exact_decimals(score: str) -> None:
    stated = concept("http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs", "activity-score")
    body = bundle(observation(stated, gene("CYP2D6"), valueQuantity={"value": float(score)}))
    assert only(reading(body, P1), "activity-score").value == score


@pytest.mark.parametrize(("ref", "alt", "status"), [("G", "G", "absent"), ("G", "A", "present")])
def test_h24_t01_a_row_without_alternate_allele_is_a_reference_call(ref: str, alt: str, status: str) -> None:
    parts = [component("69547-8", ref, name="valueString"), component("69551-0", alt, name="valueString"),
             component("92822-6", loinc("LA30102-0")), START]  # fmt: skip
    assert finding(variant(gene("CYP2C19"), REFERENCE, *parts)).status == status


@pytest.mark.parametrize(("assembly", "reason"), [("LA26806-2", None), ("LA14029-5", "build-mismatch")])
def test_h27_t16_the_build_must_be_that_of_the_sequence(assembly: str, reason: str | None) -> None:
    parts = [component("69547-8", "G", name="valueString"), component("69551-0", "A", name="valueString"),
             component("92822-6", loinc("LA30102-0")), START,
             component("62374-4", loinc(assembly))]  # fmt: skip
    found = finding(variant(gene("CYP2C19"), REFERENCE, *parts))
    assert found.reason == reason
    assert "genomic-build" not in found.missing


@pytest.mark.parametrize("change", ["NM_005228.5:c.2235_2249del", "NM_005228.5:c.2235_2249delGGAATTAAGAGAAGC"])
def test_h29_spellings_of_one_deletion_read_the_same(change: str) -> None:
    found = finding(variant(gene("EGFR"), component("48004-6", concept(HGVS, change))))
    assert found.value["c"] == "NM_005228.5:c.2235_2249del"


@pytest.mark.parametrize("name", ["*38", "*99", "*1B"])
def test_h30_a_name_that_no_table_has_is_kept_as_stated(name: str) -> None:
    found = finding(genotype(f"*1/{name}"))
    assert name in str(found.value)
    assert found.status == "present"


@pytest.mark.parametrize("place", ["value", "component", "member"])
def test_h36_a_value_is_found_in_the_resource_its_component_and_its_member(place: str) -> None:
    quantity = {"value": 9.5, "system": UCUM, "code": "mg/dL"}
    parts: dict[str, list[dict[str, Any]]] = {
        "value": [observation("2160-0", valueQuantity=quantity)],
        "component": [observation("24323-8", component("2160-0", quantity, name="valueQuantity"))],
        "member": [
            observation("24323-8", id="p", hasMember=[{"reference": "Observation/m"}]),
            observation("2160-0", id="m", valueQuantity=quantity),
        ],
    }
    found = [one for one in whole(*parts[place]).findings if one.kind == "laboratory" and one.status == "present"]
    assert [(one.subject, one.value["quantity"]) for one in found] == [("creatinine", Decimal("9.5"))]


def test_h36_t49_a_reason_for_absence_wins_over_the_value_at_each_level() -> None:
    reason = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "error"}]}
    top = creatinine(dataAbsentReason=reason)
    assert only(whole(top), "laboratory").reason == "value-absent"
    inner = {
        **component("2160-0", {"value": 9.5, "system": UCUM, "code": "mg/dL"}, name="valueQuantity"),
        "dataAbsentReason": reason,
    }
    assert not [one for one in whole(observation("24323-8", inner)).findings if one.status == "present"]


def test_h50_o07_an_incomplete_searchset_is_truncated() -> None:
    stated = {
        **bundle(genotype("*2/*2"), kind="searchset"),
        "link": [{"relation": "next", "url": "https://x.example/2"}],
    }
    found = reading(stated, P1)
    assert "truncated" in found.flags
    assert found.supply.results == "truncated"


@pytest.mark.parametrize("code", ["LA6669-1", "LA99999-9"])
def test_h55_an_answer_that_no_list_has_is_never_taken_for_another(code: str) -> None:
    found = finding(observation("79716-7", valueCodeableConcept=loinc(code)))
    assert found.status != "present"


def test_h32_zygosity_is_kept_as_stated() -> None:
    for code, word in (("LA6705-3", "homozygous"), ("LA6706-1", "heterozygous"), ("LA6707-9", "hemizygous")):
        stated = variant(
            gene("BRAF"), component("48005-3", concept(HGVS, "p.Val600Glu")), component("53034-5", loinc(code))
        )
        assert finding(stated).value["zygosity"] == word


def test_h56_terms_never_change_while_they_are_used() -> None:
    first = terms()
    merged = first.merged({"drugs_more": {"drugs": {"zzyzxine": {}}}})
    assert merged is not first
    assert first.drug("zzyzxine") is None
    assert merged.drug("zzyzxine") is not None


def test_h52_entry_with_an_error_is_told() -> None:
    stated = bundle(genotype("*2/*2"))
    stated["entry"].append({"response": {"status": "404 Not Found"}})
    assert [note.ignored for note in reading(stated, P1).inputs] == [None, "entry-error"]
    assert told(reading(stated, P1))[0][2] == "*2/*2"
