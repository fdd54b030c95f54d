"""Drugs of orders: codes first, whole names else, never by similarity."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.terminology import Coding, Terms
from pmcds.terminology.drug_codes import ndc_keys

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"


def rx(code: str, display: str | None = None) -> tuple[str, str, str | None]:
    return RXNORM, code, display


# Codes


@pytest.mark.parametrize("code", ["32968", "309362", "213169", " 309362 "])
def test_any_level_of_rxnorm_leads_to_the_ingredient(terms: Terms, code: str) -> None:
    match = terms.recognize([rx(code)])
    assert (match.ingredients, match.how, match.conflicting) == (("clopidogrel",), "code", False)


@pytest.mark.parametrize("system", ["urn:oid:2.16.840.1.113883.6.88", "2.16.840.1.113883.6.88", RXNORM + "/"])
def test_the_spelling_of_the_system_does_not_matter(terms: Terms, system: str) -> None:
    assert terms.recognize([(system, "309362", None)]).ingredients == ("clopidogrel",)


@pytest.mark.parametrize("system", [None, "", "urn:oid:1.2.840.114350.1.13.0.1.7.2.698288", SNOMED, NDC])
def test_a_code_of_another_or_no_system_is_not_rxnorm(terms: Terms, system: str | None) -> None:
    match = terms.recognize([(system, "309362", None)])
    assert match.ingredients == ()
    assert match.how is None
    assert not match.outside_tables


@pytest.mark.parametrize(
    "code", ["00093-7314-05", "0093-7314-05", "00093731405", "0093731405", "00093-7314", "0093-7314"]
)
def test_ndc_is_read_with_ten_or_eleven_digits_with_or_without_dashes(terms: Terms, code: str) -> None:
    assert terms.recognize([(NDC, code, None)]).ingredients == ("clopidogrel",)


def test_ten_digits_without_dashes_have_three_readings() -> None:
    assert ndc_keys("0093731405") == ("00093731405", "00937031405", "00937314005")
    assert ndc_keys("50090-0001") == ("500900001",)
    assert ndc_keys("5-1") == ()
    assert ndc_keys("\uff11" * 11) == ()


def test_atc_substance_is_recognized_and_an_atc_class_is_not(terms: Terms) -> None:
    assert terms.recognize([(ATC, "B01AC04", None)]).ingredients == ("clopidogrel",)
    assert terms.recognize([(ATC, "L01EC", None)]).ingredients == ()
    assert terms.recognize([(ATC, "B01AC", None)]).ingredients == ()


def test_atc_combinations_have_all_their_ingredients(terms: Terms) -> None:
    assert terms.recognize([(ATC, "C10BX01", None)]).ingredients == ("aspirin", "simvastatin")
    open_part = terms.recognize([(ATC, "N02AA59", None)])
    assert (open_part.ingredients, open_part.unmapped) == (("codeine",), 1)


def test_eu_marketing_authorization_number_is_recognized(terms: Terms) -> None:
    assert terms.recognize([("https://www.ema.europa.eu", "EU/1/08/465/002", None)]).ingredients == ("clopidogrel",)


def test_vendor_codes_are_skipped(terms: Terms) -> None:
    codings = [("urn:oid:2.16.840.1.113883.6.68", "85158020100320", None), rx("309362")]
    assert terms.recognize(codings).ingredients == ("clopidogrel",)


def test_same_set_of_several_levels_is_no_conflict(terms: Terms) -> None:
    match = terms.recognize([rx("32968", "clopidogrel"), rx("309362", "clopidogrel 75 MG Oral Tablet")])
    assert (match.ingredients, match.conflicting) == (("clopidogrel",), False)
    assert match.codes == ("rxnorm:32968", "rxnorm:309362")


def test_a_set_that_contains_the_other_wins(terms: Terms) -> None:
    match = terms.recognize([rx("5489", "hydrocodone"), rx("856987")])
    assert (match.ingredients, match.conflicting) == (("acetaminophen", "hydrocodone"), False)


def test_disjoint_codes_are_all_evaluated_and_conflict(terms: Terms) -> None:
    match = terms.recognize([rx("32968"), rx("2556")])
    assert (match.ingredients, match.conflicting) == (("citalopram", "clopidogrel"), True)


def test_a_code_whose_own_display_names_another_drug_conflicts(terms: Terms) -> None:
    match = terms.recognize([rx("2556", "clopidogrel 75 MG Oral Tablet")])
    assert (match.ingredients, match.conflicting) == (("citalopram", "clopidogrel"), True)
    assert match.notes == ("code-display",)


def test_text_against_the_code_is_noted_and_the_code_counts(terms: Terms) -> None:
    match = terms.recognize([rx("2556")], "clopidogrel 75 mg")
    assert (match.ingredients, match.conflicting, match.notes) == (("citalopram",), False, ("text-differs",))


def test_a_product_has_all_its_ingredients(terms: Terms) -> None:
    assert terms.recognize([rx("1546888")]).ingredients == ("abacavir", "dolutegravir", "lamivudine")
    pack = terms.recognize([rx("1291986")])
    assert pack.ingredients == ("amoxicillin", "clarithromycin", "omeprazole")


def test_an_unknown_code_with_unknown_text_is_outside_a_complete_table(terms: Terms) -> None:
    match = terms.recognize([rx("314099", "zofenil 10 MG Oral Tablet")])
    assert (match.how, match.outside_tables) == (None, True)


@pytest.mark.parametrize("code", ["99999999", "abc", "0", "12 3"])
def test_a_malformed_code_is_not_outside_the_tables(terms: Terms, code: str) -> None:
    assert not terms.recognize([rx(code, "Zzyzxine 10 MG Oral Tablet")]).outside_tables


def test_without_words_nothing_is_outside_the_tables(terms: Terms) -> None:
    assert not terms.recognize([rx("314099")]).outside_tables


def test_an_unknown_code_of_an_incomplete_table_is_not_outside(terms: Terms) -> None:
    assert not terms.recognize([(NDC, "99999-9999-99", "zofenil tablet")]).outside_tables
    assert not terms.recognize([(ATC, "C09AA99", "zofenil")]).outside_tables


def test_an_unknown_code_with_a_known_name_is_recognized_by_name(terms: Terms) -> None:
    match = terms.recognize([rx("9999999", "clopidogrel 75 MG Oral Tablet")])
    assert (match.ingredients, match.how, match.outside_tables) == (("clopidogrel",), "name", False)


def test_an_empty_code_is_an_absent_code(terms: Terms) -> None:
    match = terms.recognize([rx("", "Clopidogrel")])
    assert (match.ingredients, match.how, match.codes) == (("clopidogrel",), "name", ())


def test_no_drug_at_all_is_no_match(terms: Terms) -> None:
    match = terms.recognize([], None)
    assert (match.ingredients, match.how, match.systemic, match.outside_tables) == ((), None, None, False)


# Names


@pytest.mark.parametrize(
    ("text", "ingredients"),
    [
        ("CLOPIDOGREL 75 MG PO TABS", ("clopidogrel",)),
        ("Clopidogrel Bisulfate 75 MG [Plavix]", ("clopidogrel",)),
        ("clopidogrel (PLAVIX) 75 mg tablet", ("clopidogrel",)),
        ("Plavix", ("clopidogrel",)),
        ("plavix 75mg", ("clopidogrel",)),
        ("oxybutynin (DITROPAN XL) CR tablet", ("oxybutynin",)),
        ("DEXTROMETHORPHAN HBR 15 MG/5ML PO SYRP", ("dextromethorphan",)),
        ("Acetaminophen 300 MG / HYDROcodone Bitartrate 5 MG Oral Tablet", ("acetaminophen", "hydrocodone")),
        ("HYDROcodone-acetaminophen 5-325 mg per tablet", ("acetaminophen", "hydrocodone")),
        ("12 HR Oxycodone Hydrochloride 10 MG Extended Release Oral Tablet", ("oxycodone",)),
        ("Vicodin 5/500 Oral Tablet", ("acetaminophen", "hydrocodone")),
        ("Metformin\u202f500\u202fmg\u00a0tablet", ("metformin",)),
        ("5\u2010fluorouracil 500 mg", ("fluorouracil",)),
        ("\uff23\uff2c\uff2f\uff30\uff29\uff24\uff2f\uff27\uff32\uff25\uff2c", ("clopidogrel",)),
        ("clopi\u200bdogrel 75 mg", ("clopidogrel",)),
        ("valproate sodium 250 mg/5 mL oral solution", ("valproic acid",)),
        ("divalproex sodium DR 500 mg tablet", ("valproic acid",)),
        ("acetylsalicylic acid 81 mg", ("aspirin",)),
        ("paracetamol 500 mg", ("acetaminophen",)),
        ("rifampicin 300 mg capsule", ("rifampin",)),
        ("mesalamine 400 mg DR", ("mesalazine",)),
        ("albuterol sulfate HFA inhaler", ("salbutamol",)),
        ("alendronic acid 70 mg", ("alendronate",)),
        ("aripiprazole lauroxil 441 mg", ("aripiprazole lauroxil",)),
        ("amifampridine phosphate 10 mg", ("amifampridine phosphate",)),
        ("fosphenytoin 50 mg PE/mL", ("fosphenytoin",)),
        ("co-trimoxazole 960 mg", ("sulfamethoxazole", "trimethoprim")),
        ("sulfamethoxazole-trimethoprim 800-160 mg", ("sulfamethoxazole", "trimethoprim")),
        ("lidocaine and tetracaine patch", ("lidocaine", "tetracaine")),
        ("Nitrofurantoin, macrocrystals 50 mg capsule", ("nitrofurantoin",)),
        ("infliximab-dyyb 100 mg", ("infliximab",)),
        ("trastuzumab-dkst 150 mg", ("trastuzumab",)),
        ("trastuzumab deruxtecan-nxki 100 mg", ("trastuzumab deruxtecan",)),
        ("fam-trastuzumab deruxtecan-nxki", ("trastuzumab deruxtecan",)),
        ("sacituzumab govitecan-hziy", ("sacituzumab govitecan-hziy",)),
        ("Zelboraf 240 mg", ("vemurafenib",)),
    ],
)
def test_names_are_found_whole(terms: Terms, text: str, ingredients: tuple[str, ...]) -> None:
    match = terms.recognize([], text)
    assert match.ingredients == ingredients
    assert match.how == "name"
    assert not match.conflicting


@pytest.mark.parametrize(
    "text",
    [
        "methylnaltrexone 12 mg",  # not naltrexone
        "dihydroclopidogrel",
        "clopidogre",
        "clopidogrell",
        "Simvistatin 10 MG",
        "hydroxyzine 25 mg",  # not hydralazine
        "chlorpromazine",  # not chlorpropamide
        "vinblastine",  # not vincristine
        "epinastine",
        "Little Pink Pill for water retention",
        "prescribed medication",
        "TPN solution",
        "1-oxo-codeine",
        "",
        "  ",
        "75 mg po tabs",
    ],
)
def test_look_alike_and_unknown_names_are_not_recognized(terms: Terms, text: str) -> None:
    assert terms.recognize([], text).ingredients == ()


@pytest.mark.parametrize(
    ("text", "other"), [("clonidine", "clonazepam"), ("celecoxib", "citalopram"), ("tramadol", "trazodone")]
)
def test_look_alike_drugs_stay_apart(terms: Terms, text: str, other: str) -> None:
    assert other not in terms.recognize([], text).ingredients


def test_left_over_words_may_be_a_further_ingredient(terms: Terms) -> None:
    match = terms.recognize([], "Tylenol PM")
    assert (match.ingredients, match.unmapped) == (("acetaminophen",), 1)
    match = terms.recognize([], "clopidogrel / zzyzxine 75 mg / 10 mg")
    assert (match.ingredients, match.unmapped) == (("clopidogrel",), 1)
    match = terms.recognize([], "warfarin 5 mg / potassium chloride")
    assert match.ingredients == ("potassium chloride", "warfarin")


def test_strength_form_and_packaging_leave_nothing_over(terms: Terms) -> None:
    for text in (
        "Levothyroxine Sodium Tablets, USP (75mcg)",
        "Azithromycin 250mg tablet, film coated (Aidarex Pharmaceuticals LLC)",
        "Potassium Chloride 20mEq in 1L Normal Saline",
        "Nystatin 100,000 units/ml oral suspension (product)",
    ):
        assert terms.recognize([], text).unmapped == 0, text


def test_brackets_that_name_another_drug_conflict(terms: Terms) -> None:
    match = terms.recognize([], "clopidogrel (citalopram) 20 mg")
    assert (match.ingredients, match.conflicting) == (("citalopram", "clopidogrel"), True)


def test_a_brand_whose_products_differ_leaves_the_rest_open(terms: Terms) -> None:
    match = terms.recognize([], "Akynzeo")
    assert (match.ingredients, match.unmapped) == (("palonosetron",), 1)


def test_hostile_text_costs_little_and_matches_nothing(terms: Terms) -> None:
    for text in ("(" * 5000, "[" * 5000 + "]" * 5000, "-" * 5000, "a " * 5000, "/" * 5000, "\u200b" * 5000):
        assert terms.recognize([], text).ingredients == ()


# Route and form


@pytest.mark.parametrize(
    ("codings", "text", "systemic"),
    [
        ([rx("92752")], None, False),
        ([rx("309362")], None, True),
        ([rx("32968")], None, None),
        ([rx("4492")], "fluorouracil 5 % topical cream", False),
        ([], "diclofenac 1 % topical gel", False),
        ([], "tobramycin 0.3 % ophthalmic solution", False),
        ([], "ciprofloxacin otic drops", False),
        ([], "metronidazole vaginal gel", False),
        ([], "gentamicin 40 mg/mL injection", True),
        ([], "budesonide inhaler", None),
        ([], "diazepam rectal gel", None),
        ([], "fentanyl 25 mcg/hr transdermal patch", True),
        ([(ATC, "S01AA12", None)], None, False),
        ([(ATC, "J01GB01", None)], None, None),
        ([(ATC, "D01BA02", None)], None, None),
    ],
)
def test_local_forms_are_not_systemic(
    terms: Terms, codings: list[Coding], text: str | None, systemic: bool | None
) -> None:
    assert terms.recognize(codings, text).systemic is systemic


def test_stated_route_decides_for_an_ingredient(terms: Terms) -> None:
    assert terms.recognize([rx("4492")], forms=["Topical route"]).systemic is False
    assert terms.recognize([rx("4492")], forms=["local"]).systemic is False
    assert terms.recognize([rx("4492")], forms=["intravenous"]).systemic is True


def test_route_and_form_that_contradict_are_unclear(terms: Terms) -> None:
    assert terms.recognize([rx("92752")], forms=["oral"]).systemic is None


@pytest.mark.parametrize(
    ("codings", "text", "route"),
    [
        ([(SNOMED, "26643006", "Oral")], "PO", "systemic"),
        ([(SNOMED, "6064005", "Topical route")], None, "local"),
        ([(SNOMED, "16857009", None)], None, "local"),
        ([(SNOMED, "54485002", None)], None, "local"),
        ([(SNOMED, "447694001", "Respiratory tract route")], "INH", None),
        ([(None, None, None)], "IV", "systemic"),
        ([], "eye drops", "local"),
        ([], "as directed", None),
        ([], None, None),
    ],
)
def test_routes(terms: Terms, codings: list[Coding], text: str | None, route: str | None) -> None:
    assert terms.route(codings, text) == route


# Drugs


def test_a_drug_is_found_by_name_and_synonym_in_any_case(terms: Terms) -> None:
    term = terms.drug("Valproate")
    assert term is not None
    assert term.name == "valproic acid"
    assert terms.drug("amphotericin B") == terms.drug("amphotericin b")
    assert terms.drug("not a drug") is None


def test_a_suggested_drug_has_its_ingredient_code_first(terms: Terms) -> None:
    term = terms.drug("citalopram")
    assert term is not None
    assert term.codes[0] == (RXNORM, "2556", "citalopram")


def test_a_listed_combination_names_its_parts(terms: Terms) -> None:
    term = terms.drug("sulfamethoxazole / trimethoprim")
    assert term is not None
    assert term.parts == ("sulfamethoxazole", "trimethoprim")
    assert terms.combinations(("sulfamethoxazole", "trimethoprim", "aspirin")) == ("sulfamethoxazole / trimethoprim",)
    assert terms.combinations(("sulfamethoxazole",)) == ()


def test_the_codes_of_every_drug_lead_back_to_it(terms: Terms, docs: dict[str, Any]) -> None:
    names = [row.split("\t")[0] for row in docs["drugs"].splitlines() if row and not row.startswith("#")][1:]
    for name in [*names, *docs["drugs_more"]["drugs"]]:
        term = terms.drug(name)
        assert term is not None, name
        for system, code, _ in term.codes:
            assert term.name in terms.recognize([(system, code, None)]).ingredients, (name, code)
        assert terms.recognize([], term.name).ingredients == (term.name,)


def test_products_of_the_sample_requests_are_known_by_code_and_marked_as_unverified(terms: Terms) -> None:
    match = terms.recognize([rx("856907", "Vicodin 5/500 Oral Tablet")])
    assert (match.ingredients, match.how) == (("acetaminophen", "hydrocodone"), "code")
    marked = terms.unverified()
    assert "drugs_more: products 856907 acetaminophen, hydrocodone" in marked
    assert "drugs_more: brands warfarin Coumadin" in marked
    assert "drugs_more: atc_combinations C10BA02 ezetimibe, simvastatin" in marked


@pytest.mark.parametrize("words", ["p.o.", "P.O. daily", "b.i.d.", "p.r.n.", "p.o", "i.v."])
def test_words_of_an_order_that_are_written_with_points_are_no_ingredient(words: str, terms: Terms) -> None:
    found = terms.recognize([], f"clopidogrel 75 mg {words}")
    assert (found.ingredients, found.unmapped) == (("clopidogrel",), 0)


@pytest.mark.parametrize("words", ["x.y.z", "p.q", "1.x", "po.x"])
def test_points_alone_make_no_word_of_an_order(words: str, terms: Terms) -> None:
    assert terms.recognize([], f"clopidogrel / {words}").unmapped == 1
