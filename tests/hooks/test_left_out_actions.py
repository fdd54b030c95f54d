"""No action touches another order than the card's, and nothing leaves unchecked, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pmcds.hooks import HOOKS, PROFILES, profile_named, services_of, sound
from pmcds.hooks.actions import Setting, plan, removable
from pmcds.hooks.profiles import Profile
from pmcds.hooks.services import Service
from pmcds.model.answers import Subject
from pmcds.model.cards import Coding, OrderTest, Remove, Replace
from pmcds.model.findings import DrugMatch, Order, Source
from tests.hooks.examples import CODES, ORDER, REMOVE, REPLACE, RXNORM, TEST, card, only_card, order, rendered, setting
from tests.hooks.test_services import _rule

Json = dict[str, Any]


def _draft(ident: str, site: str | None = None, **changes: Any) -> Order:
    key = f"MedicationRequest/{ident}"
    place = site or f"/context/draftOrders/entry/{ident}/resource"
    resource = {"resourceType": "MedicationRequest", "id": ident, "status": "draft"}
    members = {"source": Source(key, place), "resource": resource, "state": "draft", **changes}
    return Order(key, DrugMatch(("clopidogrel",), how="code"), **members)


# Words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Order {drug} instead of {ordered}", "Order A instead of B"),
        ("{drug}{ordered}", "AB"),
        ("{drug} drug {ordered} ordered x", "A drug B ordered x"),
        ("xdrugx {ordered}", "xdrugx B"),
        ("{drug} {nobody} {ORDERED} {}", "A {nobody} {ORDERED} {}"),
        ("plain words", "plain words"),
    ],
)
def test_only_a_slot_in_braces_is_filled(text: str, said: str) -> None:
    site = Setting(profile_named("generic"), words={"order_instead": text})
    assert site.say("order_instead", drug="A", ordered="B") == said


def test_a_value_is_never_read_as_a_slot() -> None:
    site = setting()
    assert site.say("order_instead", drug="{ordered}", ordered="{drug}") == "Order {ordered} instead of {drug}"
    assert site.say("remove", ordered="a\nb\u202e") == "Remove the order of a b"


# What is created


UGLY = "tica\u200bgrelor\n 90\u202e mg"
CLEAN = "tica grelor 90 mg"


def _created(*suggestions: Any, profile: str | Profile = "generic") -> list[Json]:
    [shown] = rendered(card(suggestions=suggestions), profile=profile).response["cards"]
    actions = [action for one in shown.get("suggestions", ()) for action in one["actions"]]
    return [action["resource"] for action in actions if action["type"] == "create"]


@pytest.mark.parametrize("display", [UGLY, "", "x"])
def test_what_is_created_has_its_names_on_one_line_and_no_name_is_empty(display: str) -> None:
    codes = (Coding(RXNORM, "1", display),)
    [drug] = _created(Replace(ORDER, UGLY, codes, "x"))
    [test] = _created(OrderTest(UGLY, codes, "x"))
    shown = {"": CLEAN, UGLY: CLEAN}.get(display, display)
    for concept in (drug["medicationCodeableConcept"], test["code"]):
        assert concept == {"coding": [{"system": RXNORM, "code": "1", "display": shown}], "text": CLEAN}
    listed = replace(PROFILES["generic"], preference_list={UGLY: "site-7"})
    for made in (
        *_created(Replace(ORDER, UGLY, codes, "x"), profile=listed),
        *_created(OrderTest(UGLY, codes, "x"), profile=listed),
    ):
        [coding] = (made.get("medicationCodeableConcept") or made["code"])["coding"]
        assert (coding["code"], coding["display"]) == ("site-7", CLEAN)


def test_a_drug_that_the_client_knows_by_no_code_is_told_in_words_and_nothing_is_deleted() -> None:
    for codes in ((), (Coding("urn:other", "2", "two"),)):
        shown = only_card(card(suggestions=(Replace(ORDER, "ticagrelor", codes, "Take ticagrelor"),)), "epic")
        assert "suggestions" not in shown
        assert "Take ticagrelor" in shown["detail"]
    both = (Coding("urn:other", "2", "two"), *CODES)
    [made] = _created(Replace(ORDER, "ticagrelor", both, "x"), profile="epic")
    assert [code["code"] for code in made["medicationCodeableConcept"]["coding"]] == [CODES[0].code]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_category_of_the_order_is_kept_wherever_it_stands(place: int) -> None:
    other: Json = {"coding": [{"code": "x"}, {}]}
    kept: Json = {"coding": [{"code": "y"}, {"code": "discharge"}]}
    categories: list[Any] = [other, None, "inpatient"]
    categories[place] = kept
    for stated in (categories, kept):
        draft = order(resource={"resourceType": "MedicationRequest", "id": "103", "category": stated})
        shown = only_card(card(suggestions=(REPLACE,)), "epic", orders={ORDER: draft})
        [made] = [one["resource"] for s in shown["suggestions"] for one in s["actions"] if one["type"] == "create"]
        assert made["category"][0]["coding"][0]["code"] == "discharge"


# Which order is deleted: ids that begin alike are not the same order.


IDS = ("1", "10", "11", "101")


@pytest.mark.parametrize("ident", IDS)
@pytest.mark.parametrize("kind", [Remove, Replace])
def test_a_suggestion_deletes_the_order_it_is_about_and_no_other(ident: str, kind: Any) -> None:
    drafts = [_draft(one) for one in IDS]
    key = f"MedicationRequest/{ident}"
    about = Remove(key, "x") if kind is Remove else Replace(key, "ticagrelor", CODES, "x")
    planned = plan(card(order=key, suggestions=(about,)), setting("generic", *drafts))
    deleted = [action["resource_id"] for one in planned.plans for action in one.actions if action["type"] == "delete"]
    assert deleted == [key]
    rest = [draft for draft in drafts if draft.key != key]
    assert plan(card(order=key, suggestions=(about,)), setting("generic", *rest)).plans == ()


@pytest.mark.parametrize("hook", [None, *HOOKS])
@pytest.mark.parametrize("state", ["draft", "current", "on-hold", "planned", "unknown"])
def test_only_what_is_a_draft_of_the_call_may_be_deleted(hook: str | None, state: str) -> None:
    drafts = hook in ("order-select", "order-sign", "medication-refill", "medication-prescribe", "order-review")
    expected = ORDER if (drafts if hook else state == "draft") else None
    assert removable(order(state=state), setting(hook=hook)) == expected
    for changes in ({"resource": None}, {"source": None}, {"key": "MedicationRequest/10"}, {"key": f"{ORDER}#ab"}):
        assert removable(order(state=state, **changes), setting(hook=hook)) is None


@pytest.mark.parametrize("place", range(3))
def test_an_older_shape_anywhere_among_the_orders_keeps_all_from_being_written(place: int) -> None:
    for old in ("MedicationOrder", "ProcedureRequest"):
        drafts = [_draft(one) for one in ("103", "2", "3")]
        drafts[place] = replace(drafts[place], resource={"resourceType": old, "id": "9"})
        assert not setting("generic", *drafts).writable
    assert setting("generic", _draft("1"), replace(_draft("2"), resource=None)).writable


def test_of_two_equal_suggestions_the_recommended_one_stays_and_deletes_come_last() -> None:
    for several in ((REMOVE, replace(REMOVE, recommended=True)), (replace(REMOVE, recommended=True), REMOVE)):
        planned = plan(card(suggestions=(*several, TEST, REPLACE)), setting())
        kinds = [one.actions[0]["type"] for one in planned.plans]
        assert kinds == ["create", "create", "delete"]
        assert [one.recommended for one in planned.plans] == [False, False, True]


# What is refused before it leaves


CODING = {"system": RXNORM, "code": "1", "display": "x"}
PROPOSAL: Json = {
    "resourceType": "MedicationRequest", "status": "draft", "intent": "proposal",
    "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"coding": [CODING], "text": "x"},
}  # fmt: skip


def _refused(rule: str, act: Any) -> None:
    with pytest.raises(ValueError) as refused:
        act()
    assert str(refused.value).startswith(f"{rule}:")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("status", "active"), ("status", None), ("intent", "order"), ("intent", None), ("subject", None),
        ("subject", {}), ("subject", {"display": "somebody"}), ("subject", {"reference": ""}),
        ("medicationCodeableConcept", None), ("medicationCodeableConcept", {"text": "x"}),
        ("medicationCodeableConcept", {"coding": [], "text": "x"}),
        *(
            ("medicationCodeableConcept", {"coding": [{**CODING, gone: ""}], "text": "x"})
            for gone in ("system", "code", "display")
        ),
        ("medicationCodeableConcept", {"coding": [CODING]}),
    ],
)  # fmt: skip
def test_s14_an_order_that_lacks_one_thing_is_never_created(member: str, value: Any) -> None:
    sound.action("create", PROPOSAL, None)
    _refused("S14", lambda: sound.action("create", {**PROPOSAL, member: value}, None))


def test_s8_to_s10_an_action_names_exactly_its_target() -> None:
    whole = {**PROPOSAL, "id": "1"}
    sound.action("update", whole, None)
    sound.action("delete", None, ORDER)
    for kind, resource, ident, rule in (
        ("delete", PROPOSAL, ORDER, "S10"), ("delete", None, None, "S10"), ("delete", None, "103", "S10"),
        ("delete", None, f"https://x/{ORDER}", "S10"), ("delete", None, f"{ORDER}#ab", "S10"),
        ("create", None, None, "S8"), ("create", PROPOSAL, ORDER, "S8"), ("create", whole, None, "S8"),
        ("update", None, None, "S8"), ("update", whole, ORDER, "S8"), ("update", PROPOSAL, None, "S9"),
        ("update", {**PROPOSAL, "id": 1}, None, "S9"),
    ):  # fmt: skip
        _refused(rule, lambda kind=kind, resource=resource, ident=ident: sound.action(kind, resource, ident))


WRAPS: list[tuple[Callable[[Any], Any], bool]] = [
    (lambda one: one, False), (lambda one: {"a": 1, "b": one}, False), (lambda one: [1, one], True),
    (lambda one: {"a": [1, [2, {"b": [one]}]]}, True), (lambda one: (one,), True),
]  # fmt: skip


@pytest.mark.parametrize("value", [None, "", [], {}, float("nan"), float("inf")])
@pytest.mark.parametrize(("wrap", "in_list"), WRAPS)
def test_x1_x2_x8_nothing_empty_leaves_at_any_depth(wrap: Callable[[Any], Any], in_list: bool, value: Any) -> None:
    rule = "X1" if value is None else "X8" if isinstance(value, float) else "X2"
    assert [found for found, _ in sound.empty_members(wrap(value))] == [rule]
    echoed = [found for found, _ in sound.empty_members(wrap(value), echoed=True)]
    assert echoed == ([] if in_list and value is None else [rule])


def test_an_echoed_order_may_hold_null_in_lists_at_any_depth_and_a_new_one_nowhere() -> None:
    echoed = {**PROPOSAL, "id": "1", "a": [None, [None, {"b": [None]}]], "c": [{"d": [1, None]}]}
    sound.action("update", echoed, None)
    _refused("X1", lambda: sound.action("update", {**echoed, "e": [{"f": None}]}, None))
    _refused("X1", lambda: sound.action("create", {**PROPOSAL, "a": [None]}, None))
    _refused("X1", lambda: sound.action("create", {**PROPOSAL, "a": [[{"b": [1, None]}]]}, None))


@pytest.mark.parametrize(
    "keys",
    [("short",), ("org.example.a", "short"), ("short", "org.example.a"), ("org.example.a", "org.example.b", "x y.z")],
)
def test_x6_every_key_of_an_extension_is_looked_at(keys: tuple[str, ...]) -> None:
    _refused("X6", lambda: sound.extension(dict.fromkeys(keys, 1)))
    assert sound.extension({"org.example.a": 1, "org.example.b": {"c": 2}})
    _refused("X6", lambda: sound.extension({}))
    _refused("X2", lambda: sound.extension({"org.example.a": 1, "org.example.b": {"c": ""}}))


@pytest.mark.parametrize(
    "value",
    [
        {}, [], "x", {"resourceType": ""}, {"resourceType": None}, {"resourceType": 3}, {"id": "1"},
        {"resourceType": "X", 5: "x"}, {"resourceType": "X", None: "x"}, {"resourceType": "X", "a b": 1},
        {"resourceType": "X", "a": 1, "<": 1}, {"resourceType": "X", "": 1},
    ],
)  # fmt: skip
def test_x4_what_is_no_resource_is_never_sent_as_one(value: Any) -> None:
    assert not sound.is_resource(value)
    assert sound.is_resource({"resourceType": "X", "_status": {}, "a1": 1})


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example", "HTTP://a", "see www.a.example", "WWW.A.EXAMPLE", "wwW.a", "Www.a", "WWw.a", "<b>",
        "a < b",         "[x](y)", "[x]", "`code`", "&lt;", "a & b", r"\\<b>", r"a\*b <i>",
    ],
)  # fmt: skip
def test_md9_each_live_sign_is_seen(text: str) -> None:
    assert sound.live_markdown(text)
    _refused("MD-9", lambda: sound.inert(text))


@pytest.mark.parametrize(
    "text",
    ["", "plain", "A.W. Smith", "w. x W. y", "5 w.", "ww.a", r"\<b\>", r"\[x\]", r"\`c\`", r"a \& b", "**bold**\n- x"],
)
def test_md9_what_is_escaped_or_common_is_no_live_sign(text: str) -> None:
    assert not sound.live_markdown(text)
    assert sound.inert(text) == text


def test_c10_c15_c16_s3_s11_a_response_is_checked_as_a_whole() -> None:
    _refused("C15", lambda: sound.together(["a", "b", "a"], ["info"]))
    _refused("C16", lambda: sound.together(["a", "b", "c"], ["critical", "info", "warning"]))
    sound.together(["a", "b", "c"], ["critical", "warning", "info"])
    _refused("S11", lambda: sound.deletes_last(["create", "delete", "create"]))
    sound.deletes_last(["create", "update", "delete", "delete"])
    for behavior, recommended in ((None, 0), ("any", None)):
        _refused("C10", lambda behavior=behavior, recommended=recommended: sound.choice(behavior, recommended))
    _refused("S3", lambda: sound.choice("at-most-one", 2))
    for behavior, recommended in (("at-most-one", 1), ("at-most-one", 0), ("any", 2), (None, None)):
        sound.choice(behavior, recommended)


# What a service asks for


@pytest.mark.parametrize("hook", list(HOOKS))
def test_the_drugs_of_the_record_are_asked_for_if_any_rule_is_about_drugs(hook: str) -> None:
    value = Subject("laboratory", "creatinine")
    about = _rule(value, hooks=(hook,), id="a/b/drug")
    patient = _rule(value, hooks=(hook,), id="a/b/patient", drugs=())
    wanted = HOOKS[hook].orders is None

    def service(*rules: Any) -> Service:
        return next(one for one in services_of(rules) if one.hook == hook)

    for rules in ((about, patient), (patient, about), (about,)):
        assert ({"medications", "statements"} <= set(service(*rules).prefetch)) is wanted
        assert service(*rules).required == (("medications",) if hook == "patient-view" and rules == (about,) else ())
    assert not {"medications", "statements"} & set(service(patient).prefetch)
