"""Questions, components, answers and words as observations.yaml states them."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.terminology import Coding, Terms

LOINC = "http://loinc.org"
TBD = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"


def test_a_question_is_read_by_its_code(terms: Terms) -> None:
    term = terms.observation(LOINC, "84413-4")
    assert term is not None
    assert (term.role, term.subject) == ("genotype", None)
    allele = terms.observation(LOINC, "57979-7")
    assert allele is not None
    assert allele.subject == "HLA-B*15:02"
    burden = terms.observation(LOINC, "94076-7")
    assert burden is not None
    assert (burden.unit, burden.unit_fixed) == ("mut/Mb", True)


def test_a_code_without_its_system_is_no_question(terms: Terms) -> None:
    assert terms.observation(None, "84413-4") is None
    assert terms.observation("http://example.org", "84413-4") is None
    assert terms.observation(LOINC, None) is None


def test_components_and_answers(terms: Terms) -> None:
    assert terms.component(LOINC, "48018-6") == "gene"
    assert terms.component(TBD, "exact-start-end") == "exact-range"
    assert terms.component(LOINC, "1-1") is None
    assert terms.answer(LOINC, "LA9633-4") == "present"
    assert terms.answer("http://snomed.info/sct", "LA9633-4") is None
    assert terms.answer("http://snomed.info/sct", "10828004") == "positive"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Detected", "present"),
        ("NOT DETECTED", "absent"),
        ("not  detected ", "absent"),
        ("no BRAF detected", None),
        (None, None),
    ],
)
def test_words_are_compared_whole_in_any_case(terms: Terms, text: str | None, word: str | None) -> None:
    assert terms.word(text) == word


@pytest.mark.parametrize(
    ("text", "role", "subject"),
    [
        ("CYP2C19 genotype", "genotype", "CYP2C19"),
        ("CYP2C19 Genotype:", "genotype", "CYP2C19"),
        ("CYP2D6 activity score", "activity_score", "CYP2D6"),
        ("HLA-B*57:01 [Presence]", "allele_presence", "HLA-B*57:01"),
        ("HLA-B*57:01", "allele_presence", "HLA-B*57:01"),
        ("Tumor Mutational Burden", "biomarker", "TMB"),
    ],
)
def test_questions_are_known_by_name(terms: Terms, text: str, role: str, subject: str) -> None:
    term = terms.question(text)
    assert term is not None
    assert (term.role, term.subject) == (role, subject)


@pytest.mark.parametrize("text", ["XYZ99 genotype", "genotype", "the CYP2C19 genotype", "", None])
def test_other_names_are_no_question(terms: Terms, text: str | None) -> None:
    assert terms.question(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CYP2C19 Poor Metabolizer", ("phenotype", "CYP2C19", "poor metabolizer")),
        ("CYP2C9 Likely Intermediate Metabolizer", ("phenotype", "CYP2C9", "likely intermediate metabolizer")),
        ("SLCO1B1 Decreased Function", ("phenotype", "SLCO1B1", "decreased function")),
        ("HLA-B*57:01 Positive", ("allele", "HLA-B*57:01", "present")),
        ("HLA-B*57:01 Negative", ("allele", "HLA-B*57:01", "absent")),
        ("Poor Metabolizer", None),
        ("XYZ99 Poor Metabolizer", None),
        (None, None),
    ],
)
def test_genomic_indicators(terms: Terms, text: str | None, found: tuple[str, str, str] | None) -> None:
    assert terms.indicator(text) == found


def test_older_phenotype_words(terms: Terms) -> None:
    assert terms.phenotype_word("Extensive Metabolizer") is None or terms.phenotype_word("EM") == "normal metabolizer"
    assert terms.phenotype_word("PM") == "poor metabolizer"
    assert terms.phenotype_word("purple") is None


def test_codes_for_writing_lead_back_to_the_question(terms: Terms) -> None:
    for role, subject in (("laboratory", "potassium"), ("biomarker", "TMB"), ("genotype", None)):
        codes = terms.question_codes(role, subject)
        assert codes
        for system, code in codes:
            term = terms.observation(system, code)
            assert term is not None
            assert (term.role, term.subject) == (role, subject)


def test_codes_of_components_and_answers_lead_back(terms: Terms) -> None:
    assert (LOINC, "48018-6") in terms.component_codes("gene")
    assert (LOINC, "LA9633-4") in terms.answer_codes("present")
    assert terms.answer_codes("no such word") == ()


def test_results_are_queried_by_the_codes_of_their_subject_and_by_those_that_fit_any(terms: Terms) -> None:
    assert terms.codes_of("laboratory", "potassium")[0] == (LOINC, "2823-3", "potassium")
    found = {code for _, code, _ in terms.codes_of("phenotype", "CYP2C19")}
    assert {"79714-2", "84413-4", "69548-6"} <= found
    assert "79715-9" not in found, "a code about another gene"
    assert "2823-3" not in found, "a code of a measurement"


def test_a_marker_is_queried_by_the_codes_of_its_parts(terms: Terms) -> None:
    found = {code for _, code, _ in terms.codes_of("biomarker", "hormone receptors")}
    assert {"85337-4", "85339-0"} <= found


@pytest.mark.parametrize(
    ("system", "code", "symbol"),
    [
        ("http://www.genenames.org/geneId", "HGNC:2621", "CYP2C19"),
        ("http://www.genenames.org", "2621", "CYP2C19"),
        ("http://www.genenames.org", "HGNCID#JAK2", "JAK2"),
        ("http://www.genenames.org", "CYP2D6", "CYP2D6"),
        ("http://www.genenames.org", "HGNC:262", None),
        ("http://www.genenames.org", "HGNC:6342", "KIT"),  # an example of the guide calls it NRAS
        ("https://www.ncbi.nlm.nih.gov/gene", "2322", "FLT3"),
        ("http://loinc.org", "HGNC:2621", None),
        (None, "HGNC:2621", None),
    ],
)
def test_genes_by_code(terms: Terms, system: str | None, code: str, symbol: str | None) -> None:
    assert terms.gene(system, code) == symbol


def test_genes_by_name(terms: Terms) -> None:
    assert terms.gene_named("HER2") == "ERBB2"
    assert terms.gene_named(" BRAF ") == "BRAF"
    assert terms.gene_named("braf") is None
    assert terms.gene_id("CYP2C19") == "HGNC:2621"
    assert terms.gene_id("NOGENE") is None


def test_no_two_genes_share_a_number(docs: dict[str, Any]) -> None:
    rows = [row.split("\t") for row in docs["genes"].splitlines() if not row.startswith("#")][1:]
    more = {symbol: entry.get("hgnc", "") for symbol, entry in docs["genes_more"]["genes"].items()}
    numbers = {row[0]: row[1] for row in rows if row[1]} | {symbol: number for symbol, number in more.items() if number}
    assert len(set(numbers.values())) == len(numbers)
    for row in rows:
        assert not (row[1] and more.get(row[0]) and more[row[0]] != row[1])


@pytest.mark.parametrize(
    ("codings", "text", "found"),
    [
        ([("http://terminology.hl7.org/CodeSystem/v2-0487", "TUMOR", "Tumor")], None, "tissue"),
        ([("http://snomed.info/sct", "122555007", "Venous blood specimen")], None, "blood"),
        ([], "buccal swab from John Storm", "saliva"),
        ([], "Plasma cfDNA", "plasma"),
        ([], "donor blood", "donor"),
        ([], "blood of the donor", "donor"),
        ([], "blood and tumor tissue", None),
        ([], "Live Oysters", None),
        ([], None, None),
    ],
)
def test_specimens(terms: Terms, codings: list[Coding], text: str | None, found: str | None) -> None:
    assert terms.specimen(codings, text) == found
