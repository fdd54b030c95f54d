"""Cards that only ask for a test can be muted by group; a muted card leaves its line, and nothing else is muted."""

from __future__ import annotations

import pytest

from pmcds.engine import Outcome, Situation, judge_order, muted
from pmcds.engine.pretest import group_of
from pmcds.model import words
from pmcds.model.answers import Answer
from pmcds.model.findings import Supply
from pmcds.model.rules import Advice, Atom, CardSpec

from .build import GENE, answer, card, case, order, population, rule

UNKNOWN = answer(GENE, word="unknown", reason="no-result")


def outcome(shows: CardSpec, found: Answer = UNKNOWN) -> Outcome:
    cases = [
        case("poor", Atom(GENE, frozenset({"poor"})), [GENE], card()),
        case("untested", Atom(GENE, frozenset({"unknown", "normal"})), [GENE], shows),
    ]
    made = rule([population(cases, [GENE])], [GENE])
    situation = Situation(answers={(GENE, "germline"): found}, orders=(), supply=Supply())
    return judge_order(order(), [made], situation)[0]


@pytest.mark.parametrize(
    ("indicator", "group"), [("critical", "required"), ("warning", "required"), ("info", "recommended")]
)
def test_a_test_belongs_to_the_group_of_its_indicator(indicator: str, group: str) -> None:
    asks = outcome(card("test-first", indicator, test="a test"))
    assert group_of(asks) == group
    assert not muted(asks, [group]).quiet
    quiet = muted(asks, [])
    assert quiet.quiet and quiet.shown == ()
    assert (quiet.outcome, quiet.reason, quiet.cases) == (asks.outcome, asks.reason, asks.cases)


def test_where_both_groups_are_wanted_nothing_is_muted() -> None:
    for indicator in ("critical", "info"):
        asks = outcome(card("test-first", indicator, test="a test"))
        assert muted(asks, ["recommended", "required"]) is asks
        assert muted(asks, ["recommended" if indicator == "critical" else "required"]).quiet


def test_a_card_that_says_more_than_to_test_is_never_muted() -> None:
    more = outcome(CardSpec("info", (Advice("test-first", (), {"test": "a test"}), Advice("avoid"))))
    assert group_of(more) is None
    assert muted(more, []) is more


def test_an_alert_is_never_muted() -> None:
    for found in (answer(GENE, "poor"), answer(GENE, "normal")):
        alert = outcome(card("test-first", "info", test="a test"), found)
        assert alert.outcome == words.ALERT
        assert muted(alert, []) is alert


def test_a_result_that_is_there_and_cannot_be_used_is_never_muted() -> None:
    unread = outcome(
        card("test-first", "info", test="a test"), answer(GENE, word="unreadable", reason="unknown-allele")
    )
    assert muted(unread, []) is unread
    unclear = outcome(card(), answer(GENE, "poor", "normal", reason="phase-ambiguous"))
    assert muted(unclear, []) is unclear


def test_pg94_no_test_is_asked_for_while_its_result_is_on_the_way() -> None:
    waiting = outcome(card("test-first", "info", test="a test"), answer(GENE, word="unknown", reason="result-pending"))
    assert (waiting.reason, waiting.shown) == ("result-pending", ())
    told = outcome(card("caution", "info"), answer(GENE, word="unknown", reason="result-pending"))
    assert len(told.shown) == 1
