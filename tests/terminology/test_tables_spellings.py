"""Signs, separators, editions and forms of codes, one by one: what is the same word, and what never is."""

from __future__ import annotations

import pytest

from pmcds.terminology import Terms
from pmcds.terminology.classifications import prefix_key, prefix_keys
from pmcds.terminology.text import fold

HYPHENS = (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D)
QUOTES = (0x2018, 0x2019, 0x02BC)
INVISIBLE = (0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)


LIKE = {**dict.fromkeys(HYPHENS, "-"), **dict.fromkeys(QUOTES, "'"), **dict.fromkeys(INVISIBLE, "")}


@pytest.mark.parametrize(("sign", "plain"), LIKE.items())
def test_r8_each_sign_that_looks_like_another_is_compared_as_that(sign: int, plain: str) -> None:
    assert fold(f"A{chr(sign)}b") == f"a{plain}b"


@pytest.mark.parametrize(
    ("stated", "listed"),
    [
        ("icd10cm", {"icd10cm", "icd10"}),
        ("icd10gm", {"icd10gm", "icd10"}),
        ("icd10", {"icd10"}),
        ("icd9cm", {"icd9cm"}),
    ],
)  # fmt: skip
def test_a_code_of_an_edition_is_found_under_that_edition_and_the_common_one_only(
    stated: str, listed: set[str]
) -> None:
    found = list(prefix_keys(stated, "C91.10"))
    assert {key.partition(":")[0] for key in found} == listed
    for edition in listed:
        mine = [key for key in found if key.startswith(f"{edition}:")]
        assert mine == [f"{edition}:{'C9110'[:length]}" for length in range(5, 0, -1)]
    assert prefix_key("icd10", "c91.1") == "icd10:C911"
    assert list(prefix_keys(stated, "C9")) == list(prefix_keys(stated, "C91.1012345")) == []


@pytest.mark.parametrize("separator", ["/", "+", "&", ",", ";", "|", " and ", " with ", " plus ", " w "])
def test_mi17_each_separator_stands_between_two_ingredients(terms: Terms, separator: str) -> None:
    match = terms.recognize([], f"aspirin{separator}simvastatin")
    assert (match.ingredients, match.unmapped) == (("aspirin", "simvastatin"), 0)
    unknown = terms.recognize([], f"simvastatin{separator}xyzzyqua")
    assert unknown.unmapped == 1, "a part that nobody knows may be a further ingredient"


@pytest.mark.parametrize(
    "amount", ["75 mg", "75mg", "1.5 %", "1,000 mg", "2.5mg", "(75 mg)", "[75 mg]", "75 mg/ml", "5%"]
)
def test_mi16_an_amount_is_no_further_ingredient(terms: Terms, amount: str) -> None:
    match = terms.recognize([], f"clopidogrel {amount}")
    assert (match.ingredients, match.unmapped) == (("clopidogrel",), 0)


@pytest.mark.parametrize("code", ["HGNC:2621", "2621", "hgnc:2621", "HGNC2621", "HGNC#CYP2C19", "HGNCID#CYP2C19",
                                  "HGNC:CYP2C19", "HGNCID:CYP2C19", "CYP2C19", "hgncid#CYP2C19"])  # fmt: skip
def test_y1_each_form_of_a_code_of_the_gene_registry_is_the_gene(terms: Terms, code: str) -> None:
    assert terms.gene("http://www.genenames.org", code) == "CYP2C19"


@pytest.mark.parametrize("tag", ["disorder", "finding", "situation", "procedure", "morphologic abnormality"])
def test_c10_the_tag_of_a_description_is_no_part_of_the_name(terms: Terms, tag: str) -> None:
    assert terms.conditions([(None, None, f"Stroke ({tag})")], None).names == terms.conditions([], "stroke").names != ()
    assert terms.conditions([(None, None, "Stroke (suspected)")], None).names == ()


@pytest.mark.parametrize(
    ("system", "code", "drug"),
    [
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "32968", "clopidogrel"),
        ("http://www.whocc.no/atc", "B01AC04", "clopidogrel"),
        ("http://snomed.info/sct", "108761006", "capecitabine"),
        ("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C94214", "alpelisib"),
    ],
)
def test_y13_a_drug_is_known_by_its_code_in_each_system(terms: Terms, system: str, code: str, drug: str) -> None:
    match = terms.recognize([(system, code, None)], None)
    assert (match.ingredients, match.how) == ((drug,), "code")


@pytest.mark.parametrize("code", ["0093-7314-05", "00093-7314-05", "0093-7314", "00093-7314"])
def test_m5_each_form_of_a_dashed_drug_code_is_read(terms: Terms, code: str) -> None:
    assert terms.recognize([("http://hl7.org/fhir/sid/ndc", code, None)]).ingredients == ("clopidogrel",)
