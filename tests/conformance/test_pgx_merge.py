"""One card for each drug: the most cautious source leads, the others follow, differences are said (PG77-PG82)."""

from __future__ import annotations

import pytest

import pmcds
from pmcds.model.cards import Card
from tests.conformance.pgx import NOW, engine


def _cards(drug: str, **facts: object) -> tuple[Card, ...]:
    return engine().evaluate(pmcds.Patient(**facts), order=drug, now=NOW).cards  # type: ignore[arg-type]


def _text(card: Card) -> str:
    return "\n".join(line for block in card.detail for line in block.lines)


def test_pg79_there_is_one_card_for_a_drug_and_one_line_for_each_source() -> None:
    result = engine().evaluate(pmcds.Patient(diplotype={"CYP2C19": "*2/*2"}), order="clopidogrel", now=NOW)
    assert len(result.cards) == 1
    assert [line.rule for line in result.ledger.orders] == [
        "pharmacogenomics/clopidogrel/cpic",
        "pharmacogenomics/clopidogrel/dpwg",
    ]
    assert len(result.cards[0].lines) == 2


def test_pg80_the_same_action_is_said_once() -> None:
    (card,) = _cards("abacavir", allele={"HLA-B*57:01": "present"})
    assert card.source == "CPIC"
    assert "DPWG 2024-03-11 agrees." in _text(card)


def test_pg80_other_numbers_stand_side_by_side() -> None:
    (card,) = _cards("nortriptyline", diplotype={"CYP2D6": "*1/*4"})
    assert "60 % of the standard dose" in _text(card)
    assert "reduce the dose of nortriptyline by 25 %" in _text(card)


def test_pg77_an_opposite_source_is_named_with_the_value_that_it_reads() -> None:
    (card,) = _cards("codeine", diplotype={"CYP2D6": "*1x2/*17"})
    assert card.indicator == "critical"
    assert "DPWG 2024-03-11 sees no need for a change with this result (CYP2D6 activity score 2.5)." in _text(card)


def test_pg77_each_source_is_looked_up_with_its_own_table() -> None:
    result = engine().evaluate(pmcds.Patient(diplotype={"CYP2D6": "*1/*41"}), order="amitriptyline", now=NOW)
    keys = {row.source: row.lookup["CYP2D6"] for row in result.recommendations}
    assert keys == {"cpic": "1.25", "dpwg": "1.5"}


def test_pg78_an_allele_that_a_source_lacks_is_said_on_the_card_of_another() -> None:
    (card,) = _cards("clopidogrel", diplotype={"CYP2C19": "*2/*22"})
    assert card.source == "CPIC"
    assert "DPWG 2024-03-11 could not be looked up: the result names an allele that is not in the table." in _text(card)
    assert ("order:clopidogrel", "pharmacogenomics/clopidogrel/dpwg") in card.lines


def test_pg50_the_reference_of_today_is_the_reference_of_a_source_that_named_it_otherwise() -> None:
    (card,) = _cards("clopidogrel", diplotype={"CYP2C19": "*2/*38"})
    assert "could not be looked up" not in _text(card)
    result = engine().evaluate(pmcds.Patient(diplotype={"CYP2C19": "*38/*38"}), order="clopidogrel", now=NOW)
    assert {line.outcome for line in result.ledger.orders} == {"CLEAR"}


def test_pg80_a_source_without_a_row_for_the_drug_is_not_named() -> None:
    (card,) = _cards("celecoxib", diplotype={"CYP2C9": "*3/*3"})
    assert "DPWG" not in _text(card)
    assert all("FDA" not in line for block in card.detail[:-1] for line in block.lines)


def test_pg81_a_label_that_only_mentions_the_gene_is_a_line_of_the_sources_and_decides_nothing() -> None:
    result = engine().evaluate(pmcds.Patient(diplotype={"CYP2C9": "*3/*3"}), order="celecoxib", now=NOW)
    (card,) = result.cards
    mentions = [line for line in card.detail[-1].lines if "PA1661" in line]
    assert mentions == ["FDA label, 2025-11-05; the label mentions CYP2C9, by annotation PA166104843 of ClinPGx."]
    assert [line.rule for line in result.ledger.orders] == ["pharmacogenomics/celecoxib/cpic"]


def test_h57_populations_are_told_in_plain_words() -> None:
    (card,) = _cards("clopidogrel", diplotype={"CYP2C19": "*2/*2"})
    assert "acute coronary syndrome or percutaneous coronary intervention: CPIC advises against" in _text(card)
    assert "CVI" not in _text(card)


def test_pg82_dpwg_facts_carry_their_licence_on_the_source_line() -> None:
    for card in (
        *_cards("siponimod", diplotype={"CYP2C9": "*3/*3"}),
        *_cards("codeine", diplotype={"CYP2D6": "*1x2/*17"}),
    ):
        assert "as annotated by ClinPGx, CC BY-SA 4.0" in _text(card)


@pytest.mark.parametrize("sources", [("cpic",), ("dpwg",), ("dpwg", "cpic")])
def test_sources_that_a_site_does_not_name_have_no_line(sources: tuple[str, ...]) -> None:
    some = pmcds.Engine(engine().knowledge, pmcds.Settings(sources=sources))
    result = some.evaluate(pmcds.Patient(diplotype={"CYP2C19": "*2/*2"}), order="clopidogrel", now=NOW)
    assert {line.rule.rsplit("/", 1)[-1] for line in result.ledger.orders if line.rule} == set(sources)


def test_a_laboratory_that_follows_the_dpwg_table_contradicts_cpic_only() -> None:
    someone = pmcds.Patient(diplotype={"CYP2C9": "*2/*2"}, phenotype={"CYP2C9": "poor metabolizer"})
    outcomes = {
        line.rule: line.outcome for line in engine().evaluate(someone, order="phenytoin", now=NOW).ledger.orders
    }
    assert outcomes["pharmacogenomics/phenytoin/dpwg"] == "ALERT"
    assert outcomes["pharmacogenomics/phenytoin/cpic"] == "CANNOT-TELL"


def test_a_report_that_contradicts_itself_is_decided_by_no_source() -> None:
    someone = pmcds.Patient(diplotype={"CYP2D6": "*4/*4"}, phenotype={"CYP2D6": "normal metabolizer"})
    for line in engine().evaluate(someone, order="codeine", now=NOW).ledger.orders:
        assert (line.outcome, line.reason) == ("CANNOT-TELL", "genotype-phenotype-mismatch")


def test_a_cpic_phenotype_beside_alleles_contradicts_no_dpwg_value() -> None:
    someone = pmcds.Patient(diplotype={"CYP2C19": "*1/*17"}, phenotype={"CYP2C19": "rapid metabolizer"})
    outcomes = {line.rule: line for line in engine().evaluate(someone, order="citalopram", now=NOW).ledger.orders}
    assert outcomes["pharmacogenomics/citalopram/dpwg"].outcome == "CLEAR"
    assert outcomes["pharmacogenomics/citalopram/cpic"].outcome == "ALERT"


def test_the_same_advice_for_every_population_is_said_once() -> None:
    (card,) = _cards("clopidogrel")
    assert _text(card).count("CYP2C19 genotype") == 1
    assert "The situation could not be told" not in _text(card)


def test_what_a_source_advises_on_a_condition_is_no_suggestion() -> None:
    (card,) = _cards("clopidogrel", diplotype={"CYP2C19": "*2/*2"})
    assert "another drug" not in card.summary
    assert not [one for one in card.suggestions if "platelet" in one.label]


def test_pg14_an_allele_that_no_table_has_is_named_with_the_date_of_the_table() -> None:
    (card,) = _cards("codeine", diplotype={"CYP2D6": "*1/*999"})
    assert "Reported: CYP2D6 *1/*999; looked up in CPIC diplotype table, 2026-10-11." in _text(card)
