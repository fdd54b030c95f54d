"""What a card says and offers: whole sentences, every doubt, and no option that may harm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.engine import Outcome, Ranking, Situation, judge_order, judge_patient, rank
from pmcds.engine.compose import Facts, compose
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.cards import Card, OrderTest, Remove, Replace
from pmcds.model.findings import DrugMatch, Order, Source, Supply
from pmcds.model.rules import Advice, All, Alternative, Atom, CardSpec, Either, Evidence, Rule

from .build import GENE, OTHER, answer, card, case, order, population, ranking, rule, text_of

STROKE = Subject("condition", "stroke")
PREGNANT = Subject("condition", "pregnancy")
CHART = Source("Condition/1", "/entry/5/resource")


def poor_rule(shows: CardSpec | None = None, subject: Subject = GENE, **more: Any) -> Rule:
    cases = [
        case("poor", Atom(subject, frozenset({"poor"})), [subject], shows or card()),
        case("normal", Atom(subject, frozenset({"normal"})), [subject], silent="ok"),
    ]
    return replace(rule([population(cases, [subject])], [subject]), **more)


def lines(rules: Rule | list[Rule], *answers: Answer, to: Order | None = None) -> tuple[Outcome, ...]:
    situation = Situation(answers={(a.subject, "germline"): a for a in answers}, orders=(), supply=Supply())
    return judge_order(to or order(), [rules] if isinstance(rules, Rule) else rules, situation)


def shown(rules: Rule | list[Rule], *answers: Answer, to: Order | None = None, by: Ranking | None = None) -> Card:
    cards = rank(lines(rules, *answers, to=to), by or ranking())
    assert len(cards) == 1
    return cards[0]


def drugs_of(found: Card) -> list[str]:
    return [one.drug for one in found.suggestions if isinstance(one, Replace)]


# Words of the rule


def test_a_rule_may_say_its_summary_and_its_detail_in_its_own_words() -> None:
    own = replace(card(), summary={"en": "do not give it"}, detail={"en": "Because we say so."})
    found = shown(poor_rule(own), answer(GENE, "poor"))
    assert found.summary == "GENE1 poor: do not give it."
    assert "GENE1 poor: Because we say so." in text_of(found)
    german = replace(card(), summary={"de": "nicht geben"}, detail={"de": "Weil wir es sagen."})
    assert shown(poor_rule(german), answer(GENE, "poor")).summary == "GENE1 poor: avoid drugone."


def test_another_drug_without_a_name_is_not_said_beside_not_this_drug() -> None:
    for action in ("use-alternative", "consider-alternative"):
        both = CardSpec("critical", (Advice("avoid"), Advice(action)))
        text = text_of(shown(poor_rule(both), answer(GENE, "poor")))
        assert "another drug" not in text and "alternative to" not in text
        named = CardSpec("critical", (Advice("avoid"), Advice(action, (Alternative("drugtwo"),))))
        assert "drugtwo" in text_of(shown(poor_rule(named), answer(GENE, "poor")))
        classed = CardSpec("critical", (Advice("avoid"), Advice(action, (), {"drug_class": "a class"})))
        assert "a class" in text_of(shown(poor_rule(classed), answer(GENE, "poor")))
        beside = CardSpec("critical", (Advice("avoid", (), {"only_if": "x"}), Advice(action)))
        assert "than drugone" in text_of(shown(poor_rule(beside), answer(GENE, "poor"))) or "alternative to" in text_of(
            shown(poor_rule(beside), answer(GENE, "poor"))
        )


def test_a_card_about_the_patient_names_its_rule_where_there_is_no_drug() -> None:
    made = poor_rule(CardSpec("info", (Advice("refer"),)), drugs=())
    situation = Situation(answers={(GENE, "germline"): answer(GENE, "poor")}, orders=(), supply=Supply())
    found = rank(judge_patient([made], situation), ranking())[0]
    assert (found.order, found.drug, found.summary) == ("@patient", None, "GENE1 poor: consider referral.")


def test_what_was_worked_out_for_one_patient_is_never_told_to_another() -> None:
    one = ranking()
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo", (STROKE,)), Alternative("drugthree"))),))
    made = poor_rule(spec)
    found = {
        keys: shown(made, answer(GENE, "poor"), Answer(STROKE, keys, reason="not-supplied"), by=one)
        for keys in (("present",), ("absent",), ("present", "absent"), ("present",))
    }
    fresh = {keys: shown(made, answer(GENE, "poor"), Answer(STROKE, keys, reason="not-supplied")) for keys in found}
    assert found == fresh
    assert found[("present",)].summary == "GENE1 poor: avoid drugone; options: drugthree."
    assert found[("absent",)].summary == "GENE1 poor: avoid drugone; options: drugtwo or drugthree."
    two = poor_rule(spec, drugs=("drugone", "drugtwo"))
    for name in ("drugone", "drugtwo"):
        to = order(drug=DrugMatch((name,), how="code"))
        assert f"avoid {name}" in shown(two, answer(GENE, "poor"), Answer(STROKE, ("absent",)), to=to, by=one).summary


# Every doubt is said


def test_an_excluded_option_is_told_with_what_excludes_it() -> None:
    unless = (STROKE, PREGNANT)
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo", unless), Alternative("drugthree"))),))
    both = [Answer(fact, ("present",), sources=(CHART,)) for fact in unless]
    text = text_of(shown(poor_rule(spec), answer(GENE, "poor"), *both))
    assert "drugtwo is left out because of stroke or pregnancy" in text
    one = text_of(shown(poor_rule(spec), answer(GENE, "poor"), both[0], Answer(PREGNANT, ("absent",))))
    assert "drugtwo is left out because of stroke" in one and "pregnancy" not in one
    assert "left out" not in text_of(
        shown(poor_rule(spec), answer(GENE, "poor"), *(Answer(fact, ("absent",)) for fact in unless))
    )


def test_a_contradiction_is_told_and_nothing_is_offered() -> None:
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo"),)),))
    torn = answer(GENE, word="conflicting", reason="conflict", alternatives=("poor", "normal"))
    found = shown(poor_rule(spec), torn)
    assert "contradict each other" in text_of(found)
    assert found.suggestions == ()
    assert "GENE1: " + ranking().phrasing.reason("conflict") in text_of(found)


def test_several_results_with_different_advice_are_told_and_nothing_is_offered() -> None:
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo"),)),))
    found = shown(poor_rule(spec), answer(GENE, "poor", "normal", reason="phase-ambiguous"))
    assert "the most cautious advice on drugone is shown" in text_of(found)
    assert found.suggestions == ()


def test_several_results_with_the_same_advice_are_told() -> None:
    cases = [
        case("a", Atom(GENE, frozenset({"poor"})), [GENE], card()),
        case("b", Atom(GENE, frozenset({"likely poor"})), [GENE], card()),
    ]
    told = "Several genotypes are possible; all of them lead to this advice."
    made = rule([population(cases, [GENE])], [GENE])
    assert told in text_of(shown(made, answer(GENE, "poor", "likely poor", reason="phase-ambiguous")))
    one = rule(
        [population([case("a", Atom(GENE, frozenset({"poor", "likely poor"})), [GENE], card())], [GENE])], [GENE]
    )
    assert told in text_of(shown(one, answer(GENE, "poor", "likely poor", reason="phase-ambiguous")))
    assert told not in text_of(shown(one, answer(GENE, "poor")))


def test_what_was_asked_for_and_is_not_there_is_told_with_its_reason_and_what_was_found_instead() -> None:
    both = [GENE, OTHER]
    cases = [
        case("a", Atom(GENE, frozenset({"poor"})), both, card()),
        case("b", Atom(OTHER, frozenset({"poor"})), both, card()),
    ]
    made = rule([population(cases, both)], both)
    near = f"{words.NEAR_MISS}: another change"
    other = answer(OTHER, word="unknown", reason="no-result", notes=(near, "laboratory-phenotype"))
    text = text_of(shown(made, answer(GENE, "poor"), other))
    assert f"GENE2: {ranking().phrasing.reason('no-result')}" in text
    assert f"GENE2: {near}" in text
    assert text.count("GENE2: ") == 2
    noted = answer(GENE, "poor", notes=(near,))
    assert "GENE1: near miss" not in text_of(shown(made, noted, answer(OTHER, "normal")))


def test_of_withheld_data_no_gene_is_named_beside_the_alert_of_another() -> None:
    both = [GENE, OTHER]
    cases = [
        case("a", Atom(GENE, frozenset({"poor"})), both, card()),
        case("b", Atom(OTHER, frozenset({"poor"})), both, card()),
    ]
    hidden = answer(OTHER, word="withheld", reason="withheld", notes=(f"{words.NEAR_MISS}: something",))
    text = text_of(shown(rule([population(cases, both)], both), answer(GENE, "poor"), hidden))
    assert "GENE2" not in text and "something" not in text
    assert ranking().phrasing.reason("withheld") in text


def two_populations(second: CardSpec) -> Rule:
    subjects = [GENE, STROKE, PREGNANT]
    when = [Atom(fact, frozenset({"present"})) for fact in (STROKE, PREGNANT)]
    poor = Atom(GENE, frozenset({"poor"}))
    one = population([case("a", poor, subjects, card())], subjects, "one", when[0])
    two = population([case("b", poor, subjects, second)], subjects, "two", when[1])
    return rule([one, two], subjects)


def open_facts() -> list[Answer]:
    return [
        answer(GENE, "poor"),
        *(Answer(fact, ("present", "absent"), reason="not-supplied") for fact in (STROKE, PREGNANT)),
    ]


def test_situations_with_different_advice_stand_side_by_side_and_what_would_decide_is_told() -> None:
    found = shown(two_populations(card("monitor", "info", monitor="blood")), *open_facts())
    text = text_of(found)
    assert "what would decide: " in text and "The most cautious row leads." in text
    assert "one: SRC advises against drugone for this result." in text
    assert "two: SRC advises to monitor blood with drugone." in text
    assert found.indicator == "critical"
    assert found.suggestions == ()


def test_situations_with_the_same_advice_are_said_once() -> None:
    text = text_of(shown(two_populations(card()), *open_facts()))
    assert "one: " not in text and "what would decide" not in text
    graded = text_of(shown(two_populations(replace(card(), strength="Strong")), *open_facts()))
    assert "two: SRC advises against drugone for this result. (strength of the recommendation: Strong)" in graded


def test_a_source_with_rows_by_situation_is_told_by_situation_beside_the_lead() -> None:
    lead = replace(poor_rule(), source="aaa", id="a/a")
    other = replace(two_populations(card("monitor", "info", monitor="blood")), source="bbb", id="b/b")
    by = ranking(sources=("aaa", "bbb"))
    text = text_of(shown([lead, other], *open_facts(), by=by))
    assert "BBB 2024-01: one: BBB advises against drugone for this result. two: BBB advises to monitor blood" in text


def test_an_order_known_by_its_words_only_is_told_in_these_words() -> None:
    named = order(drug=DrugMatch(("drugone",), how="name"), label="Drug One  forte")
    text = text_of(shown(poor_rule(), answer(GENE, "poor"), to=named))
    assert text.startswith("Order: Drug One forte")
    assert "recognized by its name only" in text
    supposed = replace(named, source=None)
    assert "by its name only" not in text_of(shown(poor_rule(), answer(GENE, "poor"), to=supposed))


def test_limits_of_a_rule_are_told() -> None:
    assert "Only in adults." in text_of(shown(poor_rule(limits="Only in adults."), answer(GENE, "poor")))


def test_sources_are_cited_with_strength_unless_they_grade_nothing_or_only_mention_the_gene() -> None:
    mention = Evidence("m", "LABEL", "2020-01", "https://example.org/label", level="mention", section="Section 5")
    graded = replace(card(), strength="Strong", because=("e",))
    made = poor_rule(graded)
    made = replace(
        made, evidence={**made.evidence, "m": mention, "z": replace(mention, id="z", source="Z", level="1A")}
    )
    text = text_of(shown(made, answer(GENE, "poor")))
    assert "SRC, 2024-01; strength of the recommendation: Strong." in text
    assert "LABEL, 2020-01; Section 5." in text
    assert "Z, 2020-01" not in text
    plain = text_of(shown(poor_rule(replace(card(), strength="N/A")), answer(GENE, "poor")))
    assert "strength" not in plain


# What is offered


@pytest.mark.parametrize("name", ["nodrug", "nocode"])
def test_an_option_without_a_code_is_told_and_never_offered_as_an_order(name: str) -> None:
    spec = CardSpec("critical", (Advice("avoid", (Alternative(name), Alternative("drugtwo"))),))
    found = shown(poor_rule(spec), answer(GENE, "poor"))
    assert name in found.summary
    assert drugs_of(found) == ["drugtwo"]


@pytest.mark.parametrize("action", ["avoid", "not-indicated", "resistant", "caution", "reduce-dose"])
def test_only_advice_against_the_drug_offers_to_remove_the_order(action: str) -> None:
    found = shown(poor_rule(card(action)), answer(GENE, "poor"))
    removes = any(isinstance(one, Remove) for one in found.suggestions)
    assert removes is (action in ("avoid", "not-indicated", "resistant"))


@pytest.mark.parametrize(
    "changes",
    [
        {"source": None},
        {"source": Source("MedicationRequest/1", "/entry/0/resource")},
        {"key": "MedicationRequest/1#2"},
        {"resource": None},
        {"drug": DrugMatch(("drugone", "drugtwo"), systemic=True, how="code")},
    ],
)
def test_lc28_only_a_draft_of_the_request_with_one_drug_is_replaced_or_removed(changes: dict[str, Any]) -> None:
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugthree"),)),))
    assert shown(poor_rule(spec), answer(GENE, "poor"), to=order(**changes)).suggestions == ()
    assert len(shown(poor_rule(spec), answer(GENE, "poor")).suggestions) == 2


@pytest.mark.parametrize(
    ("parameters", "offered"),
    [
        ({"test": "a test"}, ["a test"]),
        ({"test": "a test", "only_if": "a reason"}, []),
        ({}, []),
        ({"test": ["a"]}, []),
    ],
)
def test_a_test_is_offered_where_it_is_advised_without_a_condition(
    parameters: dict[str, Any], offered: list[str]
) -> None:
    for action in ("test-first", "measure-first", "confirm-first"):
        found = shown(poor_rule(CardSpec("info", (Advice(action, (), parameters),))), answer(GENE, "poor"))
        assert [one.test for one in found.suggestions if isinstance(one, OrderTest)] == offered
    other = shown(poor_rule(CardSpec("info", (Advice("inform", (), parameters),))), answer(GENE, "poor"))
    assert other.suggestions == ()


# Which card, in which order


def test_every_card_names_its_action_topic_lines_and_a_link_for_each_source() -> None:
    found = shown(poor_rule(), answer(GENE, "poor"))
    assert found.action == "avoid"
    assert found.topic is not None and (found.topic.code, found.topic.display) == (
        "GENE1drugone", "Drug one and gene one"
    )  # fmt: skip
    assert [(link.label, link.url) for link in found.links] == [("SRC, 2024-01", "https://example.org/guideline")]
    assert shown(poor_rule(topic=""), answer(GENE, "poor")).topic is None
    titled = poor_rule(evidence={"e": Evidence("e", "SRC", "2024-01", "https://example.org/a", title="A title")})
    assert shown(titled, answer(GENE, "poor")).links[0].label == "A title"
    assert len(found.override_reasons) > 0


def test_a_card_without_advice_has_no_action_and_offers_nothing() -> None:
    bare = CardSpec("info", (), summary={"en": "for information"}, detail={"en": "Nothing to do."})
    found = shown(poor_rule(bare), answer(GENE, "poor"))
    assert (found.action, found.suggestions) == (None, ())


def test_critical_cards_stand_before_others_and_notices_behind_the_cards_of_their_order() -> None:
    place = Source("MedicationRequest/2", "/context/draftOrders/entry/1/resource")
    unread = answer(OTHER, word="unreadable", reason="unknown-allele")
    known = {(a.subject, "germline"): a for a in (answer(GENE, "poor"), unread)}
    situation = Situation(answers=known, orders=(), supply=Supply())
    outcomes = [
        *judge_order(order(), [poor_rule(card("monitor", "info"))], situation),
        *judge_order(
            order(key="MedicationRequest/2", source=place), [poor_rule(), poor_rule(subject=OTHER, id="x")], situation
        ),
    ]
    cards = rank(outcomes, ranking())
    assert [(one.order, one.indicator, one.notice) for one in cards] == [
        ("MedicationRequest/2", "critical", False),
        ("MedicationRequest/1", "info", False),
        ("MedicationRequest/2", "info", True),
    ]


def test_a_summary_that_is_too_long_leaves_whole_parts_out_and_never_cuts_a_fact() -> None:
    names = tuple(Alternative(f"alternative{place}") for place in range(12))
    found = shown(poor_rule(CardSpec("critical", (Advice("avoid", names),))), answer(GENE, "poor"))
    assert found.summary == "GENE1 poor: avoid drugone."
    long = replace(card(), summary={"en": "x" * 150})
    assert shown(poor_rule(long), answer(GENE, "poor")).summary == "GENE1 poor: avoid drugone."
    title = "drug" * 40
    to = order(drug=DrugMatch((title,), systemic=True, how="code"))
    endless = shown(poor_rule(drugs=(title,)), answer(GENE, "poor"), to=to)
    assert len(endless.summary) < 140 and endless.summary.endswith("…")


def test_offers_about_one_result_of_the_patient_are_one_card_and_a_risk_about_it_another() -> None:
    variant = Subject("variant", "GENE1 c.1A>G")

    def about(name: str, *advice: Advice) -> Rule:
        there = case("on", Atom(variant, frozenset({"present"})), [variant], CardSpec("info", advice))
        made = rule([population([there], [variant])], [variant], drugs=(), name=name)
        return replace(made, limits=f"Limits of {name}.")

    rules = [
        about("a", Advice("indicated", (Alternative("drugone"),))),
        about("b", Advice("indicated", (Alternative("drugtwo"), Alternative("drugthree")))),
        about("c", Advice("refer")),
        about("d"),
    ]
    situation = Situation(answers={(variant, "germline"): answer(variant, "present")}, orders=(), supply=Supply())
    cards = rank(judge_patient(rules, situation), ranking())
    assert sorted([rule for _, rule in one.lines] for one in cards) == [["b", "a"], ["c"], ["d"]]
    offers = next(one for one in cards if len(one.lines) == 2)
    assert offers.summary.endswith("options with this result: drugtwo or drugthree.")
    text = text_of(offers)
    assert "SRC: these options are indicated for this result: drugone." in text
    assert "Limits of b." in text and "Limits of a." in text


def test_offers_about_one_result_are_one_card_whatever_else_their_rules_look_at() -> None:
    variant, absence = Subject("variant", "GENE1 c.1A>G"), Subject("variant", "GENE2 c.2A>G")

    def about(name: str, *more: Atom) -> Rule:
        subjects = [variant, *(atom.subject for atom in more)]
        spec = CardSpec("info", (Advice("indicated", (Alternative(f"drug{name}"),)),))
        there = case("on", All((Atom(variant, frozenset({"present"})), *more)), subjects, spec)
        return rule([population([there], subjects)], subjects, drugs=(), name=name)

    rules = [
        about("a"),
        about("b", Atom(STROKE, frozenset({"present"}))),
        about("c", Atom(absence, frozenset({"absent"}))),
    ]
    found = (
        answer(variant, "present"),
        Answer(absence, ("absent",), sources=(Source("Observation/7", "/entry/7/resource"),)),
        Answer(STROKE, ("present",), sources=(CHART,)),
    )
    situation = Situation(answers={(a.subject, "germline"): a for a in found}, orders=(), supply=Supply())
    (one,) = rank(judge_patient(rules, situation), ranking())
    assert [name for _, name in one.lines] == ["a", "b", "c"]


# What could not be checked


def test_many_checks_whose_data_were_not_sent_are_told_in_one_line() -> None:
    situation = Situation(answers={}, orders=(), supply=Supply(), late=lambda: True)
    few, many = ([poor_rule(id=str(number), title=f"Rule {number}") for number in range(count)] for count in (6, 7))
    told = rank(judge_order(order(), few, situation), ranking())[0]
    assert sum(line.startswith("Rule ") for line in text_of(told).splitlines()) == 6
    told = rank(judge_order(order(), many, situation), ranking())[0]
    assert [line for line in text_of(told).splitlines() if line.startswith("7 checks: ")]
    assert len(told.lines) == 7


def test_a_reason_about_one_check_is_never_counted_away() -> None:
    rules = [poor_rule(id=str(number), title=f"Rule {number}") for number in range(9)]
    told = rank(lines(rules, answer(GENE, word="unreadable", reason="value-unreadable")), ranking())[0]
    reason = ranking().phrasing.reason("value-unreadable")
    said = [line for line in text_of(told).splitlines() if line.startswith("Rule ")]
    assert said == [f"Rule {number}: {reason.rstrip('.')}." for number in range(9)]


def test_a_notice_names_the_drug_or_the_words_of_the_order_or_nothing() -> None:
    unread = answer(GENE, word="unreadable", reason="value-unreadable")
    assert rank(lines(poor_rule(), unread), ranking())[0].summary == "Drugone: some checks could not be made."
    unknown = order(drug=DrugMatch(), label="Xyz 5 mg")
    assert rank(lines([], to=unknown), ranking())[0].summary == "Xyz 5 mg: some checks could not be made."
    nameless = order(drug=DrugMatch())
    assert rank(lines([], to=nameless), ranking())[0].summary == "Some checks could not be made."
    endless = order(drug=DrugMatch(("d" * 130,), unmapped=1, how="code"))
    assert rank(lines([], to=endless), ranking())[0].summary == "Some checks could not be made."
    about = judge_patient(
        [poor_rule(drugs=())], Situation(answers={(GENE, "germline"): unread}, orders=(), supply=Supply())
    )
    assert rank(about, ranking())[0].summary == "Some checks could not be made."


def test_an_allele_that_the_table_lacks_is_told_as_reported() -> None:
    unread = answer(GENE, word="unreadable", reason="unknown-allele", text="*1/*999", table="table of 2026")
    text = text_of(rank(lines(poor_rule(), unread), ranking())[0])
    assert "Reported: GENE1 *1/*999; looked up in table of 2026." in text


def test_lines_that_are_covered_by_no_rule_or_kept_quiet_have_no_card() -> None:
    assert rank(lines([]), ranking()) == ()
    cases = [
        case("poor", Atom(GENE, frozenset({"poor"})), [GENE], card()),
        case("untested", Atom(GENE, frozenset({"unknown"})), [GENE], silent="not needed"),
    ]
    made = rule([population(cases, [GENE])], [GENE])
    quiet = lines(made, answer(GENE, word="unknown", reason="no-result"))
    assert quiet[0].quiet and quiet[0].shown == ()
    assert rank(quiet, ranking()) == ()


def test_what_is_not_known_is_no_fact_of_a_card_although_its_case_names_it() -> None:
    both = [GENE, OTHER]
    condition = Either((Atom(GENE, frozenset({"poor"})), Atom(OTHER, frozenset({"unknown"}))))
    made = rule([population([case("a", condition, both, card())], both)], both)
    found = shown(made, answer(GENE, "poor"), answer(OTHER, word="unknown", reason="no-result"))
    assert found.summary == "GENE1 poor: avoid drugone."
    assert "GENE2: " in text_of(found)


def test_what_is_missing_is_told_for_every_situation_once() -> None:
    subjects = [GENE, OTHER, STROKE]
    poor, both = Atom(GENE, frozenset({"poor"})), Atom(OTHER, frozenset({"poor"}))
    cases = [case("a", poor, subjects, card()), case("b", both, subjects, card())]
    one = population(cases, subjects, "one", Atom(STROKE, frozenset({"present"})))
    two = population(cases, subjects, "two", Atom(STROKE, frozenset({"absent"})))
    open_fact = Answer(STROKE, ("present", "absent"), reason="not-supplied")
    missing = answer(OTHER, word="unreadable", reason="value-unreadable")
    text = text_of(shown(rule([one, two], subjects), answer(GENE, "poor"), missing, open_fact))
    assert text.count(f"GENE2: {ranking().phrasing.reason('value-unreadable')}") == 1


def test_what_only_one_of_two_open_situations_asks_for_is_told_as_missing() -> None:
    subjects = [GENE, OTHER, STROKE]
    a = case("a", Atom(GENE, frozenset({"poor"})), subjects, card())
    b = case("b", Atom(OTHER, frozenset({"poor"})), subjects, card())
    one = population([a], subjects, "one", Atom(STROKE, frozenset({"present"})))
    two = population([a, b], subjects, "two", Atom(STROKE, frozenset({"absent"})))
    open_fact = Answer(STROKE, ("present", "absent"), reason="not-supplied")
    missing = answer(OTHER, word="unreadable", reason="value-unreadable")
    for populations in ([one, two], [two, one]):
        text = text_of(shown(rule(populations, subjects), answer(GENE, "poor"), missing, open_fact))
        assert f"GENE2: {ranking().phrasing.reason('value-unreadable')}" in text


def test_a_card_that_says_something_else_is_missing_is_another_card() -> None:
    both = [GENE, OTHER]
    cases = [case(n, Atom(s, frozenset({"poor"})), both, card()) for n, s in (("a", GENE), ("b", OTHER))]
    made = rule([population(cases, both)], both)
    unread = shown(made, answer(GENE, "poor"), answer(OTHER, word="unreadable", reason="value-unreadable"))
    waiting = shown(made, answer(GENE, "poor"), answer(OTHER, word="unknown", reason="result-pending"))
    assert text_of(unread) != text_of(waiting)
    assert unread.uuid != waiting.uuid
    assert replace(unread, uuid="", detail=()) == replace(waiting, uuid="", detail=())


def test_an_alert_that_rests_on_no_result_names_none() -> None:
    cases = [case("a", Atom(STROKE, frozenset({"absent"})), [STROKE], card())]
    found = shown(rule([population(cases, [STROKE])], [STROKE]), Answer(STROKE, ("absent",)))
    assert found.summary == "Avoid drugone."
    assert ranking().phrasing.label("used") not in [block.heading for block in found.detail]
    assert found.evidence == ("MedicationRequest/1",)


def test_a_condition_that_excludes_an_option_is_told_among_what_was_used_and_an_absent_one_is_not() -> None:
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo", (STROKE,)),)),))
    for keys, told in ((("present",), True), (("absent",), False)):
        found = shown(poor_rule(spec), answer(GENE, "poor"), Answer(STROKE, keys, sources=(CHART,)))
        used = next(block for block in found.detail if block.heading == ranking().phrasing.label("used"))
        assert any(line.startswith("stroke") for line in used.lines) is told


def test_offers_about_the_patient_that_are_not_certain_stay_apart() -> None:
    variant = Subject("variant", "GENE1 c.1A>G")
    rules = []
    for name in ("a", "b"):
        spec = CardSpec("info", (Advice("indicated", (Alternative("drugone"),)),))
        there = case("on", Atom(variant, frozenset({"present"})), [variant], spec, uncertain=True)
        rules.append(rule([population([there], [variant])], [variant], drugs=(), name=name))
    situation = Situation(answers={(variant, "germline"): answer(variant, "present")}, orders=(), supply=Supply())
    cards = rank(judge_patient(rules, situation), ranking())
    assert sorted(one.lines for one in cards) == [(("@patient", "a"),), (("@patient", "b"),)]


def test_a_fact_that_decides_and_excludes_is_told_once() -> None:
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo", (STROKE,)),)),))
    both = [GENE, STROKE]
    condition = All((Atom(GENE, frozenset({"poor"})), Atom(STROKE, frozenset({"present"}))))
    made = rule([population([case("a", condition, both, spec)], both)], both)
    there = Answer(STROKE, ("present",), sources=(CHART,))
    found = shown(made, answer(GENE, "poor"), there)
    used = next(block for block in found.detail if block.heading == ranking().phrasing.label("used"))
    assert sum(line.startswith("stroke") for line in used.lines) == 1


def test_the_words_of_one_line_are_the_same_alone_and_beside_others() -> None:
    (outcome,) = lines(poor_rule(), answer(GENE, "poor"))
    phrasing = ranking().phrasing
    alone = compose(outcome, phrasing)
    assert alone == compose(outcome, phrasing, Facts(phrasing))
    assert alone is not None and alone.facts == ("GENE1 poor",)
    assert compose(replace(outcome, rule=None), phrasing) is None
