"""Variants, copy number, tumor markers and laboratory values: shapes V, N, B and L that no other test names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fhir.observations.support import (
    HGVS,
    REFSEQ,
    SNOMED,
    SO,
    TBD,
    UCUM,
    component,
    concept,
    finding,
    gene,
    loinc,
    observation,
    protein,
    variant,
)
from tests.fhir.shapes.support import only, resource, told, whole

JAK2 = component("48018-6", concept("http://www.genenames.org", "HGNC:6192", "JAK2"))
HBA1C = "4548-4"


def test_v03_coding_change_takes_the_transcript_beside_it() -> None:
    parts = (component("51958-7", concept(REFSEQ, "NM_005228.5")), component("48004-6", concept(HGVS, "c.2573T>G")))
    assert finding(variant(gene("EGFR"), *parts)).value["c"] == "NM_005228.5:c.2573T>G"


@pytest.mark.parametrize(
    ("name", "missing"),
    [("NC_000007.14:g.140753336A>T", False), ("2:g.212578380del", True), ("chr2:g.212578380del", True)],
)
def test_v04_genomic_change_without_accession_has_no_assembly(name: str, missing: bool) -> None:
    found = finding(variant(component("81290-9", concept(HGVS, name))))
    assert found.value["g"].endswith(name.rsplit("g.", 1)[-1].replace("delT", "del"))
    assert ("assembly" in found.missing) is missing


def coordinates(code: str = "LA30102-0", start: Any = 140753336, **more: Any) -> list[dict[str, Any]]:
    return [
        component("48013-7", concept(REFSEQ, "NC_000007.14")),
        component("69547-8", "A", name="valueString"),
        component("69551-0", "T", name="valueString"),
        component("92822-6", loinc(code)),
        component("81254-5", {"low": {"value": start}}, name="valueRange"),
    ]


@pytest.mark.parametrize(("system", "start"), [("LA30102-0", 140753336), ("LA30100-4", 140753335)])
def test_v05_coordinates_become_spdi(system: str, start: int) -> None:
    found = finding(variant(gene("BRAF"), *coordinates(system, start)))
    assert found.value["spdi"] == "NC_000007.14:140753335:A:T"


def test_v05_range_code_of_stu1_is_read() -> None:
    parts = [one for one in coordinates() if one["code"]["coding"][0]["code"] != "81254-5"]
    older = component("exact-start-end", {"low": {"value": 140753336}}, system=TBD, name="valueRange")
    assert finding(variant(gene("BRAF"), *parts, older)).value["spdi"] == "NC_000007.14:140753335:A:T"


def test_v09_change_in_words() -> None:
    found = finding(variant(gene("EGFR"), component("81252-9", {"text": "EGFR L858R"})))
    assert (found.subject, found.value["text"]) == ("EGFR", "EGFR L858R")


def test_v13_t08_pertinent_negative_of_several_genes_is_absent_for_each() -> None:
    genes = [gene("BRAF"), gene("EGFR")]
    assert told(variant(*genes, answer="LA9634-2")) == [
        ("variant", "BRAF", {"scope": "gene"}, "absent", None),
        ("variant", "EGFR", {"scope": "gene"}, "absent", None),
    ]


@pytest.mark.parametrize(("answer", "reason"), [("LA18198-4", "no-call"), ("LA11884-6", "indeterminate")])
def test_v14_t07_no_call_and_indeterminate_are_not_known(answer: str, reason: str) -> None:
    found = finding(variant(gene("BRAF"), protein("p.Val600Glu"), answer=answer))
    assert (found.status, found.reason) == ("indeterminate", reason)


def base(name: str, **value: Any) -> dict[str, Any]:
    return {"url": f"http://hl7.org/fhir/StructureDefinition/observation-genetics{name}", **value}


def test_v16_r4_extensions() -> None:
    stated = observation(
        "55233-1",
        valueCodeableConcept=concept(SNOMED, "10828004", "Positive"),
        extension=[
            base("Gene", valueCodeableConcept=concept("http://www.genenames.org", "3236", "EGFR")),
            base("DNARegionName", valueString="Exon 21"),
            base("GenomicSourceClass", valueCodeableConcept=loinc("LA6684-0", "somatic")),
            base("AminoAcidChange", extension=[{"url": "Name", "valueCodeableConcept": concept(HGVS, "p.Leu858Arg")}]),
        ],
    )
    found = finding(stated)
    assert (found.subject, found.value.get("p"), found.source_class) == ("EGFR", "p.Leu858Arg", "somatic")
    assert found.value["dna_region"] == ("Exon 21",)


def test_v17_o04_everything_contained_in_a_report() -> None:
    inner = {**variant(gene("BRAF"), protein("p.Val600Glu"), subject=None), "id": "v"}
    report = resource(
        "DiagnosticReport", status="final", code=loinc("51969-4"), contained=[inner], result=[{"reference": "#v"}]
    )
    found = only(whole(report), "variant")
    assert (found.subject, found.value["p"], found.status) == ("BRAF", "p.Val600Glu", "present")


@pytest.mark.parametrize("carried", ["molecular-consequence", "functional-annotation", "molecular-consequences"])
def test_v19_consequence_as_component_of_any_release(carried: str) -> None:
    said = component(carried, concept(SO, "SO:0001583", "missense_variant"), system=TBD)
    found = finding(variant(gene("BRAF"), protein("p.Val600Glu"), said))
    assert found.value.get("consequence", "missense variant") == "missense variant"
    assert found.status == "present"


def test_v19_consequence_as_resource_of_stu3() -> None:
    change = variant(gene("BRAF"), protein("p.Val600Glu"))
    said = component("feature-consequence", concept(SO, "SO:0001583", "missense_variant"), system=TBD)
    effect = component("functional-effect", concept(SO, "SO:0002053", "gain_of_function_variant"), system=TBD)
    linked = [{"reference": "Observation/o1"}]
    own = observation(concept(TBD, "molecular-consequence"), said, effect, id="c1", derivedFrom=linked)
    assert {line[0] for line in told(whole(change, own))} == {"variant", "consequence"}


def test_v21_w12_sequences_carry_no_statement() -> None:
    for kind, more in (("MolecularSequence", {"variant": [{"observedAllele": "T"}]}), ("Sequence", {})):
        found = whole(
            resource(kind, "s", subject=None, patient={"reference": "Patient/p1"}, coordinateSystem=0, **more)
        )
        assert [note.ignored for note in found.inputs] == ["type-not-read"]
        assert found.findings == ()


def test_v22_condition_that_contains_a_marker_is_no_variant() -> None:
    melanoma = {
        "coding": [{"system": SNOMED, "code": "830150003", "display": "Malignant melanoma with BRAF V600E mutation"}]
    }
    found = whole(resource("Condition", code=melanoma, clinicalStatus="active", verificationStatus="confirmed"))
    assert {one.kind for one in found.findings} <= {"condition", "cancer"}


def test_v24_repeats() -> None:
    named = component("48018-6", concept("http://www.genenames.org", "HGNC:4851", "HTT"))
    motif = component("repeat-motif", "CAG", system=TBD, name="valueString")
    number = component("repeat-number", {"value": 44}, system=TBD, name="valueQuantity")
    found = only(variant(named, motif, number), "repeat")
    assert (found.subject, found.value["repeats"]) == ("HTT", (("CAG", Decimal(44)),))


def test_n03_t59_region_without_gene_keeps_the_region() -> None:
    region = component("81301-4", {"low": {"value": 100}, "high": {"value": 900}}, name="valueRange")
    copies = component("82155-3", {"value": 3, "unit": "1"}, name="valueQuantity")
    found = only(variant(component("48013-7", concept(REFSEQ, "NC_000017.11")), region, copies), "copy-number")
    assert (found.subject, found.value["region"], "gene" in found.missing) == (None, "NC_000017.11:100-900", True)


@pytest.mark.parametrize(
    ("code", "name", "state"),
    [("SO:0001743", "copy_number_loss", "loss"), ("SO:0000159", "deletion", None)],
)
def test_n07_deletion_by_type_and_range_without_copies(code: str, name: str, state: str | None) -> None:
    region = component("81301-4", {"low": {"value": 100}, "high": {"value": 90000}}, name="valueRange")
    named = component("48018-6", concept("http://www.genenames.org", "HGNC:1787", "CDKN2A"))
    change = component("48019-4", concept(SO, code, name))
    found = variant(named, component("48013-7", concept(REFSEQ, "NC_000009.12")), region, change)
    expected = {"region": "NC_000009.12:100-90000", **({"state": state} if state else {})}
    kind = "copy-number" if state else "variant"
    assert told(found) == [(kind, "CDKN2A", expected, "present", None)]


# Markers


def test_b06_marker_by_name() -> None:
    found = only(observation({"text": "MSI status"}, valueString="MSI-H"), "biomarker")
    assert (found.subject, found.value["result"], found.matched) == ("MSI", "high", "name")


def test_b09_t22_positive_without_its_score() -> None:
    found = only(observation("85147-7", valueCodeableConcept=loinc("LA6576-8", "Positive")), "biomarker")
    assert (found.subject, found.value["result"], found.missing) == ("PD-L1", "positive", ("score",))


def test_b12_overall_interpretation_has_no_assay() -> None:
    found = only(observation("48676-1", valueCodeableConcept=concept(SNOMED, "10828004", "Positive")), "biomarker")
    assert (found.subject, found.value) == ("HER2", {"result": "positive"})


@pytest.mark.parametrize(
    ("code", "subject"),
    [("40556-3", "ER"), ("85337-4", "ER"), ("16112-5", "ER"), ("40557-1", "PR"), ("85339-0", "PR"), ("16113-3", "PR")],
)
@pytest.mark.parametrize(("answer", "result"), [("LA6576-8", "positive"), ("LA6577-6", "negative")])
def test_b15_receptor_presence(code: str, subject: str, answer: str, result: str) -> None:
    found = only(observation(code, valueCodeableConcept=loinc(answer)), "biomarker")
    assert (found.subject, found.value["result"]) == (subject, result)


@pytest.mark.parametrize(
    ("code", "subject"), [("14228-1", "ER"), ("85329-1", "ER"), ("14230-7", "PR"), ("85325-9", "PR")]
)
def test_b16_receptor_percentage(code: str, subject: str) -> None:
    quantity = {"value": 5, "unit": "%", "system": UCUM, "code": "%"}
    found = only(observation(code, valueQuantity=quantity), "biomarker")
    assert (found.subject, found.value["quantity"], found.unit) == (subject, Decimal(5), "%")


@pytest.mark.parametrize("code", ["39004-7", "32581-1"])
def test_b17_t23_protein_is_no_mutation(code: str) -> None:
    found = only(observation(code, valueCodeableConcept=loinc("LA6576-8", "Positive")), "biomarker")
    assert (found.subject, found.kind) == ("EGFR protein", "biomarker")


def test_b18_other_scores_are_numbers_under_their_own_name() -> None:
    stated = concept("http://www.ncbi.nlm.nih.gov/gtr", "509910", "Oncotype DX")
    found = only(observation(stated, valueQuantity={"value": 32}), "biomarker")
    assert found.value["quantity"] == Decimal(32)
    assert found.subject not in (None, "TMB")


# Laboratory


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ({"value": 12.1, "unit": "g/dl", "system": UCUM, "code": "g/dL"}, "g/dL"),
        ({"value": 12.1, "unit": "x", "system": UCUM, "code": "g/dL"}, "g/dL"),
        ({"value": 12.1, "unit": "g/dL"}, "g/dL"),
    ],
)
def test_l02_the_code_of_a_unit_counts(quantity: dict[str, Any], unit: str) -> None:
    assert only(observation("718-7", valueQuantity=quantity), "laboratory").unit == unit


@pytest.mark.parametrize("name", ["Glomerular filtration\u200b rate", "Hémoglobine", "肌酐"])
def test_l03_r08_displays_are_never_compared(name: str) -> None:
    quantity = {"value": 60, "system": UCUM, "code": "mL/min/{1.73_m2}"}
    found = only(observation(loinc("33914-3", name), valueQuantity=quantity), "laboratory")
    assert (found.value["quantity"], found.status) == (Decimal(60), "present")


@pytest.mark.parametrize(("code", "unit"), [("258813002", "mmol/L"), ("123456", None)])
def test_l04_units_of_another_system_are_listed_or_unreadable(code: str, unit: str | None) -> None:
    quantity = {"value": 28, "system": SNOMED, "code": code}
    found = only(observation("1963-8", valueQuantity=quantity), "laboratory")
    assert found.unit == unit
    assert found.reason == (None if unit else "unit-unreadable")


@pytest.mark.parametrize(("status", "reason"), [("cancelled", "void-status"), ("final", "value-absent")])
def test_l08_cancelled_and_absent_values_are_no_values(status: str, reason: str) -> None:
    absent = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unsatisfactory"}]
    }
    stated = observation(
        "15074-8", status=status, valueQuantity={"value": 6, "unit": "mmol/L"}, dataAbsentReason=absent
    )
    assert only(stated, "laboratory").reason == reason


def test_l09_members_of_a_panel_are_read() -> None:
    quantity = {"value": 6, "system": UCUM, "code": "%"}
    member = observation(HBA1C, id="m", valueQuantity=quantity, subject=None)
    panel = observation("24323-8", id="p", hasMember=[{"reference": "Observation/m"}])
    found = only(whole(panel, member), "laboratory")
    assert (found.value["quantity"], found.status) == (Decimal(6), "present")
