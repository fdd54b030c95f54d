"""A code is never another code: systems, registries, units, samples and diagnoses that look alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.terminology import Terms

UCUM, SNOMED = "http://unitsofmeasure.org", "http://snomed.info/sct"
HGNC, NCBI = "http://www.genenames.org", "https://www.ncbi.nlm.nih.gov/gene"
ICD10CM, RXNORM = "http://hl7.org/fhir/sid/icd-10-cm", "http://www.nlm.nih.gov/research/umls/rxnorm"


@pytest.mark.parametrize(
    ("system", "same"),
    [
        ("http://loinc.org", True),
        ("https://loinc.org/", True),
        ("HTTP://LOINC.ORG", True),
        (" http://loinc.org ", True),
        ("http://loinc.org.example", False),
        ("http://example/loinc.org", False),
        ("http://loinc.or", False),
        ("urn:loinc", False),
        (None, False),
        ("", False),
    ],
)
def test_a_code_of_another_system_is_never_ours(terms: Terms, system: str | None, same: bool) -> None:
    assert (terms.observation(system, "84413-4") is not None) is same
    assert (terms.component(system, "48018-6") == "gene") is same
    assert (terms.answer(system, "LA9634-2") == "absent") is same


def test_codes_are_compared_to_the_letter(terms: Terms) -> None:
    assert terms.answer("http://loinc.org", "la9634-2") is None
    assert terms.observation("http://loinc.org", "84413-44") is None
    assert terms.gene(HGNC, "cyp2c19") is None
    assert terms.gene_named("cyp2c19") is None
    assert terms.unit("Mg/dL", UCUM) is None


def test_numbers_of_two_gene_registries_are_never_mixed(terms: Terms) -> None:
    assert terms.gene(HGNC, "HGNC:1097") == terms.gene(HGNC, "1097") == terms.gene(NCBI, "673") == "BRAF"
    assert terms.gene(NCBI, "1097") != "BRAF"
    assert terms.gene(HGNC, "673") != "BRAF"
    assert terms.gene(SNOMED, "1097") is None
    assert terms.gene(None, "1097") is None
    assert terms.gene(HGNC, "HGNC:CYP2C19") == "CYP2C19"


@pytest.mark.parametrize(
    ("code", "system", "text", "unit"),
    [
        ("mg/dL", UCUM, "umol/L", "mg/dL"),
        ("mg/dL", None, None, "mg/dL"),
        ("mg/dL", "https://lis.example/units", "mg/dL", None),
        ("local-7", UCUM, "mg/dL", None),
        ("", UCUM, "mg/dL", "mg/dL"),
        (None, UCUM, "mg/dL", "mg/dL"),
        (None, None, "mg per dl of something", None),
        ("umol/L", UCUM, "mg/dL", "umol/L"),
    ],
)
def test_reg02_the_code_of_a_unit_decides_and_a_foreign_code_is_never_read(
    terms: Terms, code: str | None, system: str | None, text: str | None, unit: str | None
) -> None:
    assert terms.unit(code, system, text) == unit


@pytest.mark.parametrize(
    ("value", "unit", "to", "subject", "expected"),
    [
        ("100", "umol/L", "mg/dL", "creatinine", "1.1312"),
        ("5", "mmol/L", "mg/dL", "glucose", "90.078"),
        ("5", "mmol/L", "mg/dL", "potassium", None),
        ("5", "mmol/L", "mg/dL", None, None),
        ("4", "meq/L", "mmol/L", "potassium", "4"),
        ("4", "meq/L", "mmol/L", "calcium", None),
        ("48", "mmol/mol", "%", "HbA1c", "6.54304"),
        ("6.54304", "%", "mmol/mol", "HbA1c", "48"),
        ("48", "mmol/mol", "%", "glucose", None),
        ("5", "10*3/uL", "10*9/L", None, "5"),
        ("98.6", "[degF]", "Cel", None, "37"),
        ("1", "mL/min", "mL/min/{1.73_m2}", None, None),
        ("5", "nope", "nope", None, None),
    ],
)
def test_h33_a_value_is_never_converted_by_the_factor_of_another_analyte(
    terms: Terms, value: str, unit: str, to: str, subject: str | None, expected: str | None
) -> None:
    found = terms.convert(Decimal(value), unit, to, subject)
    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("codings", "text", "found"),
    [
        ([(SNOMED, "119297000", None)], "tumor tissue", "blood"),
        ([("https://lis.example", "TUMOR", None)], "whole blood", "blood"),
        ([(SNOMED, "119297000", None), (SNOMED, "122610009", None)], None, None),
        ([], "blood and tumor tissue", None),
        ([], "blood of the donor", "donor"),
        ([], "umbilical cord blood", "fetal"),
        ([], "bone marrow", "marrow"),
        ([], "bloodless", None),
        ([(None, None, "buccal swab")], None, "saliva"),
    ],
)
def test_h25_a_sample_is_never_taken_for_another(terms: Terms, codings: Any, text: str | None, found: str) -> None:
    assert terms.specimen(codings, text) == found


@pytest.mark.parametrize(
    ("codings", "text", "names"),
    [
        ([(SNOMED, "230690007", None)], "transient ischemic attack", {"stroke"}),
        ([(ICD10CM, "I63.9", None)], None, {"stroke"}),
        ([(ICD10CM, "i639", None)], None, {"stroke"}),
        ([(ICD10CM, "G45.9", None)], None, {"transient ischemic attack"}),
        ([(ICD10CM, "G45.4", None)], None, set()),
        ([(SNOMED, "I63.9", None)], None, set()),
        ([("https://ehr.example", "I63.9", None)], "stroke", {"stroke"}),
        ([("https://ehr.example", "I63.9", "Stroke")], None, set()),
        ([], "Stroke (disorder)", {"stroke"}),
        ([], "no stroke", set()),
        ([], "risk of stroke", set()),
    ],
)
def test_a_diagnosis_is_never_known_by_a_part_of_its_words_or_a_code_of_another_system(
    terms: Terms, codings: Any, text: str | None, names: set[str]
) -> None:
    found = set(terms.conditions(codings, text).names)
    assert found & {"stroke", "transient ischemic attack"} == names


def test_two_sets_of_terms_in_one_process_never_answer_for_one_another(docs: dict[str, Any]) -> None:
    plain = Terms.from_docs(docs)
    code = ("https://ehr.example/codes", "AB1", None)
    assert plain.fold("https://ehr.example/codes") != "house"
    other = plain.merged(
        {
            "systems": {"systems": {"house": {"spellings": ["https://ehr.example/codes"]}}},
            "conditions": {"conditions": {"stroke": {"codes": ["house:AB1"]}}},
            "observations": {"answers": {"house:AB1": "absent"}, "components": {"house:AB1": "gene"}},
        }
    )
    for _ in range(2):
        assert "stroke" in other.conditions([code]).names
        assert "stroke" not in plain.conditions([code]).names
        assert (other.answer(*code[:2]), plain.answer(*code[:2])) == ("absent", None)
        assert (other.component(*code[:2]), plain.component(*code[:2])) == ("gene", None)


def test_a_system_is_never_known_by_the_beginning_of_its_beginning(terms: Terms) -> None:
    guide = "http://hl7.org/fhir/uv/genomics-reporting"
    assert terms.fold(f"{guide}/CodeSystem/tbd-codes-cs") == "tbd"
    assert terms.fold(guide) != "tbd"
    assert terms.fold(f"{guide}/CodeSystem/other") != "tbd"


def test_terms_that_were_added_to_stay_as_they_were(docs: dict[str, Any]) -> None:
    plain = Terms.from_docs(docs)
    plain.merged({"observations": {"answers": {"loinc:LA0000-0": "absent"}}})
    assert plain.answer("http://loinc.org", "LA0000-0") is None


@pytest.mark.parametrize("first", [True, False])
def test_a_local_code_beside_a_known_one_never_hides_the_drug(terms: Terms, first: bool) -> None:
    known, local = (RXNORM, "32968", None), ("https://pharmacy.example", "4711", "aspirin")
    found = terms.recognize([local, known] if first else [known, local])
    assert (found.ingredients, found.how) == (("clopidogrel",), "code")


def test_two_codes_of_two_drugs_are_never_reduced_to_the_first(terms: Terms) -> None:
    one, two = (RXNORM, "32968", None), (RXNORM, "1191", None)
    for both in ([one, two], [two, one]):
        found = terms.recognize(both)
        assert (found.ingredients, found.conflicting) == (("aspirin", "clopidogrel"), True)
    shown = terms.recognize([(RXNORM, "32968", "aspirin 100 mg")])
    assert (shown.ingredients, shown.conflicting) == (("aspirin", "clopidogrel"), True)
