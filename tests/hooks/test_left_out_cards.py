"""Rendering never loses a card, a notice, a reason or a sentence in silence, and never says which drug too little."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.hooks import PROFILES, render, render_noted
from pmcds.hooks.conformance import check_message
from pmcds.hooks.profiles import CardOptions, card_options
from pmcds.hooks.render import HELD_BACK_KEY, NOTICE_KEY, SHOWN_KEY, card_type, extension_of
from pmcds.model.cards import Block, Card, Coding, Link
from pmcds.model.findings import Order
from tests.hooks.examples import ORDER, REMOVE, REPLACE, SECOND, TEST, card, only_card, order, rendered, setting

OTHER = "MedicationRequest/104"
REQUESTS = Path(__file__).resolve().parents[2] / "examples" / "requests"


@pytest.fixture(scope="module")
def engine() -> pmcds.Engine:
    return pmcds.Engine()


def _several(*urgencies: str, **changes: Any) -> list[Card]:
    return [
        card(uuid=f"7c1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b{place:02d}", indicator=urgency, **changes)
        for place, urgency in enumerate(urgencies)
    ]


def _second() -> Order:
    return order(key=OTHER, resource={"resourceType": "MedicationRequest", "id": "104"})


def _uuids(response: dict[str, Any]) -> list[str]:
    return [one["uuid"] for one in response["cards"]]


def _held(response: dict[str, Any]) -> list[str]:
    return [one["uuid"] for one in response.get("extension", {}).get(HELD_BACK_KEY, ())]


# How many cards a client takes


@pytest.mark.parametrize("profile_limit", [None, 0, 1, 2, 3, 4, 9])
@pytest.mark.parametrize("asked", [None, 0, 1, 2, 3, 4, 9])
def test_cr09_every_card_is_either_shown_or_named_as_held_back(profile_limit: int | None, asked: int | None) -> None:
    cards = _several("info", "critical", "warning", "info")
    profile = replace(PROFILES["crd"], max_cards=profile_limit)
    result = render_noted(cards, setting(profile), options=CardOptions(max_cards=asked))
    most = min([limit for limit in (profile_limit, asked, 4) if limit is not None])
    by_urgency = [cards[place].uuid for place in (1, 2, 0, 3)]
    assert _uuids(result.response) == by_urgency[:most]
    assert _held(result.response) == by_urgency[most:]
    assert [note.partition(": ")[0] for note in result.notes] == [f"card {uuid}" for uuid in by_urgency[most:]]
    for named in result.response.get("extension", {}).get(HELD_BACK_KEY, ()):
        assert named["lines"] == [{"order": ORDER, "rule": "pharmacogenomics/clopidogrel/cpic"}]


@pytest.mark.parametrize("without", [{"guideline"}, {"contraindication"}, {"guideline", "contraindication"}])
def test_cr09_a_type_that_is_not_wanted_takes_no_place_and_is_named(without: set[str]) -> None:
    cards = [*_several("critical", "warning", "warning"), *_several("info", "info", action="monitor")]
    cards[3:] = [replace(one, uuid=one.uuid.replace("7c1c", "8c1c")) for one in cards[3:]]
    result = render_noted(cards, setting("crd"), options=CardOptions(2, frozenset(without)))
    wanted = [one.uuid for one in cards if card_type(one) not in without][:2]
    assert _uuids(result.response) == wanted
    assert _held(result.response) == [one.uuid for one in cards if one.uuid not in wanted]


@pytest.mark.parametrize("profile", ["generic", "epic", "sandbox"])
@pytest.mark.parametrize(
    "options", [CardOptions(0), CardOptions(1), CardOptions(None, frozenset({"contraindication"}))]
)
def test_cr09_only_a_client_that_knows_the_option_can_have_a_card_held_back(profile: str, options: CardOptions) -> None:
    cards = _several("critical", "warning")
    response = render_noted(cards, setting(profile), options=options).response
    assert _uuids(response) == [one.uuid for one in cards]
    assert "extension" not in response


@pytest.mark.parametrize("most", [0, 1])
def test_cr09_the_wish_of_a_request_reaches_the_cards(most: int) -> None:
    options = card_options({"davinci-crd.configuration": {"max-cards": most}})
    cards = _several("critical", "warning")
    sign: dict[str, Any] = {"orders": {ORDER: order()}, "patient": "Patient/p1", "hook": "order-sign"}
    response = render(cards, profile=PROFILES["crd"], options=options, **sign)
    assert _uuids(response) == [cards[0].uuid][:most]
    assert _held(response) == [one.uuid for one in cards[most:]]


@pytest.mark.parametrize("wish", [-1, True, "1", 1.5, None, [1], {"max": 1}])
def test_cr09_a_wish_that_is_no_number_never_takes_a_card_away(wish: Any) -> None:
    options = card_options({"davinci-crd.configuration": {"max-cards": wish, "contraindication": "false"}})
    assert len(render_noted(_several("critical", "info"), setting("crd"), options=options).response["cards"]) == 2


@pytest.mark.parametrize(
    ("action", "suggestions", "kind"),
    [
        ("avoid", (), "contraindication"),
        ("avoid", (TEST,), "contraindication"),
        ("monitor", (REMOVE,), "guideline"),
        ("adjust", (REPLACE,), "guideline"),
        (None, (REMOVE,), "contraindication"),
        (None, (REPLACE, REMOVE, TEST), "contraindication"),
        (None, (TEST, REMOVE), "contraindication"),
        (None, (REPLACE,), "guideline"),
        (None, (TEST,), "guideline"),
        (None, (), "guideline"),
    ],
)
def test_cr01_a_drug_to_avoid_is_never_filed_as_mere_guidance(
    action: str | None, suggestions: tuple[Any, ...], kind: str
) -> None:
    one = card(action=action, suggestions=suggestions)
    assert card_type(one) == kind
    assert only_card(one, "crd")["source"]["topic"]["code"] == kind
    held = render_noted([one], setting("crd"), options=CardOptions(None, frozenset({kind}))).response
    assert held["cards"] == [] and _held(held) == [one.uuid]


# Which order a card is about, and what is to be done


@pytest.mark.parametrize(
    ("profile", "orders", "drug", "told"),
    [
        ("crd", 2, "clopidogrel", True),
        ("crd", 1, "clopidogrel", False),
        ("crd", 2, None, False),
        ("crd", 2, "", False),
        ("generic", 2, "clopidogrel", False),
        ("epic", 2, "clopidogrel", False),
    ],
)
def test_cr10_the_order_is_named_where_several_are_meant_and_a_drug_is_known(
    profile: str, orders: int, drug: str | None, told: bool
) -> None:
    site = setting(profile, *[order(), _second()][:orders])
    [shown] = render_noted([card(drug=drug, detail=(Block(("Why.",)),))], site).response["cards"]
    first, _, rest = shown["detail"].partition("\n\n")
    assert (first == "This is about the order of clopidogrel\\.") is told
    assert (rest if told else first) == "Why\\."


@pytest.mark.parametrize("place", ["summary", "first line", "last line", "second block"])
@pytest.mark.parametrize("case", [str, str.upper, str.title])
def test_c19_what_is_said_anywhere_in_the_card_is_not_said_again(place: str, case: Any) -> None:
    said = case("Replace it by ticagrelor")
    lines = {"first line": (said, "Why."), "last line": ("Why.", said)}.get(place, ("Why.",))
    blocks = (Block(lines), Block((said if place == "second block" else "More.",)))
    shown = only_card(card(summary=said if place == "summary" else "Avoid.", detail=blocks, suggestions=(REPLACE,)))
    assert "Replace clopidogrel by ticagrelor" not in shown["detail"]


@pytest.mark.parametrize("case", [str, str.upper, str.swapcase])
def test_c19_the_name_in_a_suggestion_is_compared_without_case(case: Any) -> None:
    suggestion = replace(REPLACE, drug=case("ticagrelor"), label="Replace it")
    shown = only_card(card(summary="Options: TicaGrelor.", detail=(Block(("Why.",)),), suggestions=(suggestion,)))
    assert "Replace it" not in shown["detail"]


@pytest.mark.parametrize(
    ("suggestions", "summary", "told"),
    [
        ((REPLACE, SECOND), "Options: ticagrelor.", [SECOND.label]),
        ((REPLACE, SECOND), "Options: prasugrel.", [REPLACE.label]),
        ((REPLACE, SECOND), "Avoid.", [REPLACE.label, SECOND.label]),
        ((REMOVE,), "Avoid it.", [REMOVE.label]),
        ((TEST,), "Avoid it.", [TEST.label]),
        ((TEST, REMOVE), "CYP2C19 genotype first.", [REMOVE.label]),
        ((REPLACE, replace(SECOND, label=REPLACE.label)), "Avoid.", [REPLACE.label]),
    ],
)
def test_c19_each_thing_to_do_that_the_card_does_not_name_is_told_once(
    suggestions: tuple[Any, ...], summary: str, told: list[str]
) -> None:
    shown = only_card(card(summary=summary, drug="abc", detail=(Block(("Why.",)),), suggestions=suggestions))
    assert shown["detail"].split("\n\n", 1)[1].split("\n") == [f"- {label}" for label in told]


@pytest.mark.parametrize("profile", sorted(PROFILES))
@pytest.mark.parametrize("hook", ["patient-view", "order-dispatch"])
def test_c19_what_cannot_be_carried_out_is_always_told_in_words(profile: str, hook: str) -> None:
    """Even where the drug is named: the button is gone, so the advice must be whole."""
    one = card(summary="Clopidogrel, ticagrelor, prasugrel.", detail=(Block(("Why.",)),))
    shown = only_card(replace(one, suggestions=(REPLACE, SECOND, REMOVE)), profile, hook=hook)
    assert "suggestions" not in shown
    for item in (REPLACE, SECOND, REMOVE):
        assert f"- {item.label}" in shown["detail"].split("\n")


# What every card carries


def test_c04_cards_of_one_source_never_share_what_is_changed_in_one() -> None:
    first, second = rendered(*_several("critical", "warning")).response["cards"]
    first["source"]["label"] = first["source"]["topic"]["code"] = "changed"
    first["overrideReasons"][0]["code"] = first["links"][0]["url"] = "changed"
    assert "changed" not in json.dumps(second)
    again = rendered(*_several("critical", "warning")).response["cards"]
    assert "changed" not in json.dumps(again)


@pytest.mark.parametrize("reasons", [(), ("a",), ("a", "b", "c")])
def test_c12_every_card_has_its_own_reasons_in_their_order(reasons: tuple[str, ...]) -> None:
    own = tuple(Coding("urn:x", code, code.upper()) for code in reasons)
    cards = [
        *_several("critical", override_reasons=own),
        card(uuid="8c1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11", indicator="info"),
    ]
    first, second = rendered(*cards).response["cards"]
    assert [one["code"] for one in first.get("overrideReasons", ())] == list(reasons)
    assert [one["code"] for one in second["overrideReasons"]] == ["tolerated"]


@pytest.mark.parametrize("missing", ["system", "code", "display"])
def test_c12_an_incomplete_reason_is_noted_on_each_card_that_lost_it(missing: str) -> None:
    whole = Coding("urn:x", "c", "Why")
    given = (replace(whole, **{missing: ""}), whole)
    cards = _several("critical", "warning", override_reasons=given)
    result = rendered(*cards)
    assert [one["overrideReasons"] for one in result.response["cards"]] == [
        [{"code": "c", "system": "urn:x", "display": "Why"}]
    ] * 2
    assert [note.partition(": ")[0] for note in result.notes] == [f"card {one.uuid}" for one in cards]


def test_l02_every_link_of_a_card_is_kept_and_each_that_is_not_is_noted() -> None:
    links = tuple(Link(f"Link {place}", f"https://example.org/{place}") for place in range(3))
    bad = (Link("Odd", "http://example.org"), Link(" ", "https://example.org"))
    result = rendered(card(links=(links[0], bad[0], links[1], bad[1], links[2])))
    assert [one["url"] for one in result.response["cards"][0]["links"]] == [link.url for link in links]
    assert len(result.notes) == 2


def test_c09_every_block_and_line_stands_in_the_detail_once_and_in_order() -> None:
    blocks = (
        Block(("one", "two")),
        Block(("three",), "Fixed", fixed=True),
        Block(("four", "five"), "Points", points=True),
        Block((" ", "six"), fixed=True, points=True),
        Block(("seven",)),
    )
    words = only_card(card(detail=blocks))["detail"].replace("*", "").replace("- ", "").split()
    assert words == ["one", "two", "Fixed", "three", "Points", "four", "five", "six", "seven"]
    plain = replace(PROFILES["generic"], detail_format="plain")
    assert only_card(card(detail=blocks), plain)["detail"].replace("- ", "").split() == words


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_c01_of_a_summary_that_is_cut_the_whole_stands_first_in_every_dialect(profile: str) -> None:
    long = "Avoid clopidogrel " + "because of this " * 10 + "and not for any other reason"
    shown = only_card(card(summary=long, detail=(Block(("Why.",)),)), profile)
    assert shown["detail"].startswith(f"{long}\n\nWhy")
    assert "not for any other" in shown["summary"]


# What is said beside the cards


def test_lc06_notices_and_repeats_stand_beside_each_other() -> None:
    notice, again = _several("info", "warning", lines=((ORDER, "a/b"), (OTHER, None)))
    both = extension_of([notice], [again])
    assert both is not None
    assert {key: [one["uuid"] for one in named] for key, named in both.items()} == {
        NOTICE_KEY: [notice.uuid],
        SHOWN_KEY: [again.uuid],
    }
    assert both[SHOWN_KEY][0]["lines"] == [{"order": ORDER, "rule": "a/b"}, {"order": OTHER}]
    assert set(extension_of([notice], []) or ()) == {NOTICE_KEY}
    assert set(extension_of([], [again]) or ()) == {SHOWN_KEY}
    assert extension_of([], []) is None


def test_lc06_every_notice_and_every_repeat_is_named() -> None:
    many = _several("info", "warning", "critical")
    named = extension_of(many, many)
    assert named is not None
    for key in (NOTICE_KEY, SHOWN_KEY):
        assert [(one["uuid"], one["indicator"]) for one in named[key]] == [(one.uuid, one.indicator) for one in many]


def test_lc06_what_is_held_back_never_pushes_out_what_was_not_checked() -> None:
    cards = _several("critical", "warning")
    extension = extension_of(_several("info"), ())
    response = render_noted(cards, setting("crd"), extension=extension, options=CardOptions(1)).response
    assert set(response["extension"]) == {NOTICE_KEY, HELD_BACK_KEY}
    assert not [one for one in check_message("response", json.dumps(response)) if one.rule != "Y3"]


def test_c15_a_response_with_one_id_twice_is_a_defect_and_never_sent() -> None:
    first, second = _several("critical", "critical", suggestions=(REMOVE,))
    with pytest.raises(ValueError, match="C15"):
        rendered(first, replace(second, uuid=first.uuid, suggestions=()))


def test_s02_the_same_suggestion_on_two_cards_has_two_ids() -> None:
    first, second = rendered(*_several("critical", "critical", suggestions=(REMOVE,))).response["cards"]
    assert first["suggestions"][0]["uuid"] != second["suggestions"][0]["uuid"]


# Through the whole line: the wish of a client in its request


@pytest.mark.parametrize(("wish", "shown"), [({}, 1), ({"max-cards": 0}, 0), ({"contraindication": False}, 0)])
def test_cr09_an_alert_that_a_client_does_not_want_is_named_and_stays_in_the_ledger(
    engine: pmcds.Engine, wish: dict[str, Any], shown: int
) -> None:
    body = json.loads((REQUESTS / "order-sign-clopidogrel.json").read_bytes())
    body["extension"] = {"davinci-crd.configuration": wish}
    result = engine.answer("pmcds-order-sign", json.dumps(body), profile="crd")
    alerts = [card.uuid for card in result.cards if card.indicator == "critical"]
    assert alerts and "ALERT" in {line.outcome for line in result.ledger.orders}
    response = result.to_dict()
    assert len(response["cards"]) == (len(result.cards) if shown else 0)
    assert [one for one in _held(response) if one in alerts] == ([] if shown else alerts)
