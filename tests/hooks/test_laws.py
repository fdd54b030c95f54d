"""Laws of every response: conformant, inert, about the orders of the call only, and silent about who the patient is."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmcds.hooks import HOOKS, PROFILES, check_message, render, render_noted
from pmcds.hooks.escape import plain
from pmcds.hooks.response import Response
from pmcds.model.cards import Block, Card, Coding, OrderTest, Remove, Replace
from pmcds.model.findings import DrugMatch, Order, Source
from tests.hooks.examples import RXNORM, card, order, setting

KEYS = ("MedicationRequest/1", "MedicationRequest/2", "MedicationRequest/a b", "MedicationStatement/3", "order:x")
_DRUGS = st.sampled_from(["ticagrelor", "prasugrel", "x <b>y</b>", "*2"])
_CODES = st.lists(st.sampled_from([Coding(RXNORM, "1", "one"), Coding("urn:other", "2", "")]), max_size=2).map(tuple)
_LABELS = st.text(min_size=1, max_size=20).filter(lambda text: bool(plain(text)))
_SUGGESTIONS = st.one_of(
    st.builds(Replace, st.sampled_from(KEYS), _DRUGS, _CODES, _LABELS, st.booleans()),
    st.builds(Remove, st.sampled_from(KEYS), _LABELS, st.booleans()),
    st.builds(OrderTest, _LABELS, _CODES, _LABELS, st.booleans()),
)
_BLOCKS = st.builds(
    Block,
    st.lists(st.text(max_size=20), max_size=3).map(tuple),
    st.none() | st.text(max_size=9),
    st.booleans(),
    st.booleans(),
)
_CARDS = st.builds(
    lambda suggestions, detail, summary, indicator: card(
        suggestions=tuple(suggestions), detail=tuple(detail), summary=summary, indicator=indicator
    ),
    st.lists(_SUGGESTIONS, max_size=4),
    st.lists(_BLOCKS, max_size=3),
    st.text(min_size=1, max_size=200).filter(lambda text: bool(plain(text))),
    st.sampled_from(["info", "warning", "critical"]),
)


def _order(key: str, site: str, state: str) -> Order:
    kind, _, ident = key.partition("/")
    resource = {"resourceType": kind, "id": ident} if ident else None
    return Order(key, DrugMatch(("a",)), state, source=Source(key, site), resource=resource)


_ORDERS = st.lists(
    st.builds(
        _order,
        st.sampled_from(KEYS),
        st.sampled_from(["/context/draftOrders/entry/0/resource", "/prefetch/medications/entry/0/resource"]),
        st.sampled_from(["draft", "current"]),
    ),
    max_size=4,
)


def _rendered(one: Card, orders: list[Order], profile: str, hook: str | None) -> dict[str, Any]:
    return render(
        [one],
        orders={item.key: item for item in orders},
        patient="Patient/CANARY1",
        encounter="Encounter/CANARY2",
        profile=PROFILES[profile],
        hook=hook,
    )


@settings(max_examples=200, deadline=None)
@given(_CARDS, _ORDERS, st.sampled_from(list(PROFILES)), st.sampled_from([None, *HOOKS]))
def test_hooks_lc26_lc28_every_response_is_conformant_and_touches_only_drafts_of_the_call(
    one: Card, orders: list[Order], profile: str, hook: str | None
) -> None:
    response = _rendered(one, orders, profile, hook)
    broken = {v.rule for v in check_message("response", json.dumps(response))}
    # Names of the rule pack are shown as they are, also where they look like an escape; the key that one client wants.
    assert broken <= {"C18"} | ({"Y3"} if profile == "crd" else set())
    drafts = {item.key for item in orders if item.source is not None and item.source.site.startswith("/context/")}
    for action in _actions(response):
        if action["type"] == "delete":
            assert action["resourceId"] in drafts
            assert hook is None or HOOKS[hook].drafts
        else:
            assert "id" not in action["resource"]
            assert not re.search("dosage|quantity|dispense", json.dumps(action["resource"]), re.IGNORECASE)


@settings(max_examples=200, deadline=None)
@given(_CARDS, _ORDERS, st.sampled_from(list(PROFILES)), st.sampled_from([None, *HOOKS]))
def test_hooks_every_response_is_what_the_response_types_make_of_it(
    one: Card, orders: list[Order], profile: str, hook: str | None
) -> None:
    response = _rendered(one, orders, profile, hook)
    typed = Response.model_validate(response).to_dict()
    # Member for member, and in the same order.
    assert json.dumps(typed) == json.dumps(response)


@settings(max_examples=50, deadline=None)
@given(_CARDS, _ORDERS, st.sampled_from(list(PROFILES)))
def test_hooks_a_response_is_its_callers_to_change(one: Card, orders: list[Order], profile: str) -> None:
    first = _rendered(one, orders, profile, "order-sign")
    before = json.dumps(first)
    _spoil(first)
    assert json.dumps(_rendered(one, orders, profile, "order-sign")) == before


def _spoil(value: Any) -> None:
    """Change everything that can be reached."""
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _spoil(member)
    if isinstance(value, (dict, list)):
        value.clear()


def _actions(response: dict[str, Any]) -> list[dict[str, Any]]:
    return [a for one in response["cards"] for s in one.get("suggestions", ()) for a in s["actions"]]


@settings(max_examples=100, deadline=None)
@given(_CARDS, _ORDERS, st.sampled_from(list(PROFILES)))
def test_hooks_c17_the_patient_is_named_only_as_subject_of_a_new_order(
    one: Card, orders: list[Order], profile: str
) -> None:
    response = _rendered(one, orders, profile, "order-sign")
    for action in _actions(response):
        resource = action.get("resource", {})
        resource.pop("subject", None)
        resource.pop("encounter", None)
    assert "CANARY" not in json.dumps(response)


@settings(max_examples=100, deadline=None)
@given(_CARDS, _ORDERS, st.sampled_from(["order-sign", "patient-view"]))
def test_hooks_7_advice_is_the_same_in_all_profiles(one: Card, orders: list[Order], hook: str) -> None:
    for profile in PROFILES:
        shown = _rendered(one, orders, profile, hook)["cards"][0]
        said = (
            re.sub(r"\\([!-/:-@\[-`{-~])|\u2060", r"\1", shown.get("detail", "")).casefold()
            + shown["summary"].casefold()
        )
        for item in one.suggestions:
            name = (
                item.drug if isinstance(item, Replace) else item.test if isinstance(item, OrderTest) else "clopidogrel"
            )
            assert plain(name).casefold() in said or plain(item.label).casefold() in said


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PROFILES, 2)))
def test_hooks_7_cards_keep_their_ids_and_suggestions_theirs(one: str, other: str) -> None:
    whole = card(suggestions=(Replace("MedicationRequest/103", "ticagrelor", (Coding(RXNORM, "1", "t"),), "Replace"),))
    left, right = (render_noted([whole], setting(name)).response["cards"][0] for name in (one, other))
    assert left["uuid"] == right["uuid"]
    if "epic" not in (one, other):
        assert [s["uuid"] for s in left["suggestions"]] == [s["uuid"] for s in right["suggestions"]]


def test_hooks_s12_a_replacement_is_never_half_done() -> None:
    item = Replace("MedicationRequest/103", "ticagrelor", (Coding(RXNORM, "1", "t"),), "Replace it")
    for profile, changes in itertools.product(
        PROFILES, ({}, {"source": None}, {"resource": None}, {"state": "current"})
    ):
        for hook in (None, "order-sign", "patient-view"):
            drafts = {"MedicationRequest/103": order(**changes)}
            response = render(
                [card(suggestions=(item,))], orders=drafts, patient="Patient/1", profile=PROFILES[profile], hook=hook
            )
            kinds = {action["type"] for action in _actions(response)}
            assert kinds in (set(), {"create", "delete"})


def test_hooks_s20_rendering_changes_no_argument() -> None:
    one = card(extension={"org.pmcds.x": 1})
    site = setting("crd")
    before = repr((one, site))
    render_noted([one, replace(one, uuid="7c1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11")], site)
    assert repr((one, site)) == before
