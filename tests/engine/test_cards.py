"""From outcomes to cards: one for each drug of an order, its reasons, and nothing that could mislead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pmcds.engine import Phrasing, Ranking, Situation, judge_order, judge_patient, rank
from pmcds.engine.phrasing import cut, fits, guarded
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import DrugMatch, Order, Source, Supply
from pmcds.model.rules import Advice, Alternative, Atom, CardSpec, Rule

from .build import GENE, OTHER, answer, card, case, population, rule

PHRASES = yaml.load((Path(__file__).parents[2] / "cards/phrases/en.yaml").read_text(), Loader=yaml.BaseLoader)


class Drugs:
    """Terms that know two drugs."""

    def drug(self, name: str) -> Any:
        class Term:
            codes = (("http://www.nlm.nih.gov/research/umls/rxnorm", "1", name),)

        return Term()


@pytest.fixture
def ranking() -> Ranking:
    return Ranking(Phrasing(PHRASES), Drugs(), sources=("src",), patient="Patient/p1", snapshot="abc")  # type: ignore[arg-type]


def order(**changes: Any) -> Order:
    values = {
        "key": "MedicationRequest/1",
        "drug": DrugMatch(("drugone",), systemic=True, how="code"),
        "source": Source("MedicationRequest/1", "/context/draftOrders/entry/0/resource"),
        "resource": {"resourceType": "MedicationRequest", "id": "1"},
        **changes,
    }
    return Order(**values)


def poor_rule(shows: CardSpec | None = None, name: str = "family/drugone/src") -> Rule:
    subjects = [GENE]
    cases = [
        case("poor", Atom(GENE, frozenset({"poor"})), subjects, shows or card()),
        case("normal", Atom(GENE, frozenset({"normal"})), subjects, silent="ok"),
    ]
    return rule([population(cases, subjects)], subjects, name=name)


def judged(made: list[Rule], *answers: Answer, to: Order | None = None) -> tuple[Any, ...]:
    situation = Situation(answers={(a.subject, "germline"): a for a in answers}, orders=(), supply=Supply())
    return judge_order(to or order(), made, situation)


def test_lc_06_what_cannot_be_told_is_said_in_one_card(ranking: Ranking) -> None:
    outcomes = judged([poor_rule()], answer(GENE, word="unreadable", reason="unknown-allele"))
    cards = rank(outcomes, ranking)
    assert [c.notice for c in cards] == [True]
    assert "not in the table" in cards[0].detail[1].lines[0]


def test_lc_07_a_clear_line_has_no_card(ranking: Ranking) -> None:
    assert rank(judged([poor_rule()], answer(GENE, "normal")), ranking) == ()


def test_an_alert_names_fact_advice_source_and_rule(ranking: Ranking) -> None:
    found = answer(GENE, "poor metabolizer", text="*2/*2", date="2025-03-02T10:00:00Z", table="table of 2026")
    subjects = [GENE]
    made = rule(
        [population([case("poor", Atom(GENE, frozenset({"poor metabolizer"})), subjects, card())], subjects)], subjects
    )
    shown = rank(judged([made], found), ranking)[0]
    assert shown.summary == "GENE1 poor metabolizer: avoid drugone."
    text = "\n".join(line for block in shown.detail for line in block.lines)
    assert "GENE1 poor metabolizer (*2/*2; result of 2025-03-02; by table of 2026)" in text
    assert "SRC, 2024-01" in text and "family/drugone/src" in text
    assert shown.lines == (("MedicationRequest/1", "family/drugone/src"),)


def test_an_alternative_that_a_condition_excludes_is_not_offered(ranking: Ranking) -> None:
    stroke = Subject("condition", "stroke")
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo", (stroke,)), Alternative("drugthree"))),))
    for keys, offered in ((("present",), ["drugthree"]), (("absent",), ["drugtwo", "drugthree"])):
        shown = rank(judged([poor_rule(spec)], answer(GENE, "poor"), Answer(stroke, keys)), ranking)[0]
        assert [s.drug for s in shown.suggestions if hasattr(s, "drug")] == offered
    open_fact = Answer(stroke, ("present", "absent"), reason="not-supplied")
    shown = rank(judged([poor_rule(spec)], answer(GENE, "poor"), open_fact), ranking)[0]
    assert "drugtwo (not with stroke)" in shown.summary
    assert [s.drug for s in shown.suggestions if hasattr(s, "drug")] == ["drugthree"]


def test_lc_28_nothing_is_suggested_for_an_order_outside_the_request(ranking: Ranking) -> None:
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo"),)),))
    on_file = order(source=Source("MedicationRequest/1", "/entry/4/resource"))
    shown = rank(judged([poor_rule(spec)], answer(GENE, "poor"), to=on_file), ranking)[0]
    assert shown.suggestions == ()


def test_two_sources_for_one_drug_make_one_card_led_by_the_more_cautious(ranking: Ranking) -> None:
    rules = [poor_rule(card("monitor", "info"), "family/drugone/a"), poor_rule(card(), "family/drugone/b")]
    cards = rank(judged(rules, answer(GENE, "poor")), ranking)
    assert len(cards) == 1
    assert cards[0].indicator == "critical"
    assert {line[1] for line in cards[0].lines} == {"family/drugone/a", "family/drugone/b"}


def test_a_rule_that_raises_changes_only_its_own_line(ranking: Ranking) -> None:
    broken = poor_rule(name="family/drugone/broken")
    object.__setattr__(broken, "subjects", (GENE, OTHER))
    outcomes = judged([broken, poor_rule()], answer(GENE, "poor"))
    assert [(o.outcome, o.reason) for o in outcomes] == [(words.CANNOT_TELL, "internal-error"), (words.ALERT, None)]
    assert len(rank(outcomes, ranking)) == 2


def test_an_unrecognized_drug_is_one_line_and_one_card_with_the_order_text(ranking: Ranking) -> None:
    outcomes = judge_order(
        order(drug=DrugMatch(), label="Xyzab 5 mg", problem="drug-unrecognized"),
        (),
        Situation(answers={}, orders=(), supply=Supply()),
    )
    assert [(o.rule, o.reason) for o in outcomes] == [(None, "drug-unrecognized")]
    shown = rank(outcomes, ranking)[0]
    assert "Xyzab 5 mg" in shown.detail[0].lines[0]


def test_a_draft_without_a_drug_is_not_covered_in_order_select_only() -> None:
    empty = order(drug=DrugMatch(), problem="drug-missing")
    for hook, outcome in (("order-select", words.NOT_COVERED), ("order-sign", words.CANNOT_TELL)):
        situation = Situation(answers={}, orders=(), supply=Supply(), hook=hook)
        assert [o.outcome for o in judge_order(empty, (), situation)] == [outcome]


def test_every_part_that_is_not_mapped_has_its_own_line() -> None:
    mixed = order(drug=DrugMatch(("drugone",), unmapped=2, how="code"))
    outcomes = judged([poor_rule()], answer(GENE, "poor"), to=mixed)
    assert [o.reason for o in outcomes] == [None, "drug-partly-recognized", "drug-partly-recognized"]


def test_withheld_data_leave_no_trace_of_the_gene(ranking: Ranking) -> None:
    outcomes = judged([poor_rule()], answer(GENE, word="withheld", reason="withheld"))
    shown = rank(outcomes, ranking)[0]
    text = shown.summary + "".join(line for block in shown.detail for line in block.lines)
    assert "GENE1" not in text and "gene one" not in text


def test_the_same_facts_give_the_same_uuid_and_changed_facts_another(ranking: Ranking) -> None:
    one = rank(judged([poor_rule()], answer(GENE, "poor")), ranking)[0]
    again = rank(judged([poor_rule()], answer(GENE, "poor")), ranking)[0]
    moved = Answer(GENE, ("poor",), sources=(Source("Observation/2", "/entry/1/resource"),))
    other = rank(judged([poor_rule()], moved), ranking)[0]
    assert one == again
    assert one.uuid != other.uuid


def test_a_deadline_leaves_a_line_for_every_rule() -> None:
    situation = Situation(answers={}, orders=(), supply=Supply(), late=lambda: True)
    outcomes = judge_order(order(), [poor_rule()], situation)
    assert [(o.outcome, o.reason) for o in outcomes] == [(words.CANNOT_TELL, "deadline")]


def test_rules_about_the_patient_have_the_patient_as_order(ranking: Ranking) -> None:
    made = poor_rule()
    object.__setattr__(made, "drugs", ())
    situation = Situation(answers={(GENE, "germline"): answer(GENE, "poor")}, orders=(), supply=Supply())
    outcomes = judge_patient([made], situation)
    assert rank(outcomes, ranking)[0].order == "@patient"


def test_a_local_form_is_out_of_scope_of_a_systemic_rule_and_an_unknown_one_is_conditional(ranking: Ranking) -> None:
    made = poor_rule()
    object.__setattr__(made, "route", "systemic")
    local = order(drug=DrugMatch(("drugone",), systemic=False, how="code"))
    assert judged([made], answer(GENE, "poor"), to=local)[0].reason == "route-out-of-scope"
    unclear = order(drug=DrugMatch(("drugone",), systemic=None, how="code"))
    shown = rank(judged([made], answer(GENE, "poor"), to=unclear), ranking)[0]
    assert any("only if drugone is used systemically" in line for block in shown.detail for line in block.lines)


def test_text_of_the_input_that_is_no_allele_is_not_shown() -> None:
    assert guarded("*2/*17") == "*2/*17"
    assert guarded("<b>x</b>") == "not readable"
    assert guarded("ACTION & run!") == "not readable"


def test_a_summary_has_fewer_than_140_characters_and_never_loses_an_allele() -> None:
    assert fits("x" * 139) and not fits("x" * 140) and not fits("\U0001f600" * 70)
    assert cut("a  b\n c") == "a b c"
