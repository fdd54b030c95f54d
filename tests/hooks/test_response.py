"""The response types refuse every break of the checklist (C, S, L, Y, X)."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.hooks.response import Card, Response

UUIDS = [f"6b1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b{number:02d}" for number in range(20)]


def _resource(**changes: Any) -> dict[str, Any]:
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1", "display": "a drug"}
    return {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "proposal",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "a drug", "coding": [coding]},
    } | changes


CREATE: dict[str, Any] = {"type": "create", "description": "Order a drug", "resource": _resource()}
DELETE: dict[str, Any] = {"type": "delete", "description": "Remove it", "resourceId": "MedicationRequest/103"}


def _suggestion(number: int = 1, **changes: Any) -> dict[str, Any]:
    members = {"label": "Replace", "uuid": UUIDS[number], "isRecommended": False, "actions": [CREATE, DELETE]}
    return members | changes


def _card(**changes: Any) -> dict[str, Any]:
    members: dict[str, Any] = {
        "uuid": UUIDS[0],
        "summary": "Avoid this drug.",
        "indicator": "warning",
        "source": {"label": "CPIC"},
    }
    return {name: value for name, value in (members | changes).items() if value is not ...}


def _suggesting(*suggestions: Any, behavior: Any = "at-most-one", **changes: Any) -> dict[str, Any]:
    return _card(suggestions=list(suggestions), selectionBehavior=behavior, **changes)


def _built(*cards: Any, **changes: Any) -> dict[str, Any]:
    return Response.model_validate({"cards": list(cards), **changes}).to_dict()


def _refused(rule: str, *cards: Any, **changes: Any) -> None:
    with pytest.raises(ValueError, match=rule):
        _built(*cards, **changes)


def test_hooks_h02_an_empty_response_has_cards() -> None:
    assert _built() == {"cards": []}


def test_hooks_x03_members_without_value_are_left_out() -> None:
    assert _built(_card()) == {"cards": [_card()]}
    assert _built(_suggesting(_suggestion())) == {"cards": [_suggesting(_suggestion())]}


def test_hooks_c01_summary_of_140_is_refused() -> None:
    _built(_card(summary="a" * 139))
    _refused("C1", _card(summary="a" * 140))
    _refused("C1", _card(summary="\U0001f9ec" * 70))
    _refused("C18", _card(summary=""))
    _refused("summary", _card(summary=...))


@pytest.mark.parametrize("indicator", ["hard-stop", "Info", "", None, ...])
def test_hooks_c02_other_indicators_are_refused(indicator: Any) -> None:
    _refused("indicator", _card(indicator=indicator))


def test_hooks_c03_c04_source_and_its_label_are_required() -> None:
    _refused("source", _card(source=...))
    _refused("label", _card(source={}))
    _refused("C18", _card(source={"label": ""}))


@pytest.mark.parametrize(
    "url", ["cpicpgx.org", "/a", "http://cpicpgx.org", "https://", "javascript:alert(1)", "https://a b"]
)
def test_hooks_c05_c06_addresses_are_absolute(url: str) -> None:
    _refused("L2", _card(source={"label": "CPIC", "url": url}))
    _refused("L2", _card(source={"label": "CPIC", "icon": url}))


def test_hooks_c07_topic_has_system_and_alphanumeric_code() -> None:
    _built(_card(source={"label": "CPIC", "topic": {"system": "urn:x", "code": "A1"}}))
    _refused("code", _card(source={"label": "CPIC", "topic": {"system": "urn:x"}}))
    _refused("system", _card(source={"label": "CPIC", "topic": {"code": "A1"}}))
    _refused("C7", _card(source={"label": "CPIC", "topic": {"system": "urn:x", "code": "a b"}}))


@pytest.mark.parametrize("uuid", ["test", "6B1C7A0E-0D5C-5F0E-9B7E-2F0C3D0A1B11", "", ...])
def test_hooks_c08_uuid_is_always_sent(uuid: Any) -> None:
    with pytest.raises(ValueError):
        _built(_card(uuid=uuid))


@pytest.mark.parametrize(
    "detail", ["<b>x</b>", "[a](https://x.org)", "![x](y)", "`code`", "see https://x.org", "www.x.org"]
)
def test_hooks_c09_md09_live_detail_is_refused(detail: str) -> None:
    _refused("MD-9", _card(detail=detail))


def test_hooks_c09_plain_detail_may_hold_any_sign_if_it_says_so() -> None:
    _built(_card(detail="TMB < 10", extension={"com.epic.cdshooks.card.detail.content-type": "text/plain"}))


def test_hooks_c10_c11_selection_behavior_stands_beside_suggestions() -> None:
    _refused("C10", _card(suggestions=[_suggestion()]))
    _refused("C10", _card(selectionBehavior="any"))
    _refused("selectionBehavior", _suggesting(_suggestion(), behavior="all"))


@pytest.mark.parametrize("missing", ["code", "system", "display"])
def test_hooks_c12_override_reasons_are_whole(missing: str) -> None:
    reason = {"code": "c", "system": "urn:x", "display": "Why"}
    _built(_card(overrideReasons=[reason]))
    del reason[missing]
    _refused(missing, _card(overrideReasons=[reason]))


def test_hooks_c15_uuids_are_unique() -> None:
    _refused("C15", _card(), _card())
    _refused("C15", _suggesting(_suggestion(1), _suggestion(1)))
    _refused("C15", _suggesting(_suggestion(0)))


def test_hooks_c16_order_of_cards() -> None:
    cards = [_card(uuid=UUIDS[n], indicator=kind) for n, kind in enumerate(["critical", "warning", "info"])]
    _built(*cards)
    _refused("C16", *reversed(cards))


@pytest.mark.parametrize("text", ["a\nb", "a  b", " a", "a\u202eb", "a\u200bb"])
def test_hooks_c18_plain_members_are_one_clean_line(text: str) -> None:
    _refused("C18", _card(summary=text))
    _refused("C18", _card(source={"label": text}))
    _refused("C18", _suggesting(_suggestion(label=text)))
    _refused("C18", _suggesting(_suggestion(actions=[CREATE | {"description": text}])))


def test_hooks_s01_s02_label_and_uuid_are_required() -> None:
    _refused("label", _suggesting({k: v for k, v in _suggestion().items() if k != "label"}))
    _refused("uuid", _suggesting({k: v for k, v in _suggestion().items() if k != "uuid"}))


def test_hooks_s03_at_most_one_is_recommended() -> None:
    both = [_suggestion(number, isRecommended=True) for number in (1, 2)]
    _refused("S3", _suggesting(*both))
    _built(_suggesting(*both, behavior="any"))
    _refused("isRecommended", _suggesting(_suggestion(isRecommended="true")))


def test_hooks_s04_actions_are_never_empty() -> None:
    _refused("actions", _suggesting(_suggestion(actions=[])))


def test_hooks_s06_type_is_create_update_or_delete() -> None:
    _refused("type", _suggesting(_suggestion(actions=[CREATE | {"type": "Create"}])))


def test_hooks_s07_description_is_required() -> None:
    _refused("description", _suggesting(_suggestion(actions=[{k: v for k, v in CREATE.items() if k != "description"}])))


def test_hooks_s08_created_resource_is_there_and_new() -> None:
    _refused("S8", _suggesting(_suggestion(actions=[{"type": "create", "description": "d"}])))
    _refused("S8", _suggesting(_suggestion(actions=[CREATE | {"resource": _resource(id="103")}])))
    _refused("S8", _suggesting(_suggestion(actions=[CREATE | {"resourceId": "MedicationRequest/1"}])))


def test_hooks_s09_update_has_the_clients_id() -> None:
    _built(_suggesting(_suggestion(actions=[CREATE | {"type": "update", "resource": _resource(id="103")}])))
    _refused("S9", _suggesting(_suggestion(actions=[CREATE | {"type": "update"}])))


@pytest.mark.parametrize(
    "target", ["103", "MedicationRequest/draft\u2011rx\u20111", "MedicationRequest/", "a/b/c", None]
)
def test_hooks_s10_delete_names_type_and_id(target: Any) -> None:
    _refused("S10", _suggesting(_suggestion(actions=[DELETE | {"resourceId": target}])))


def test_hooks_s10_delete_has_no_resource() -> None:
    _refused("S10", _suggesting(_suggestion(actions=[DELETE | {"resource": _resource(id="103")}])))


def test_hooks_s11_sb04_creates_stand_before_deletes() -> None:
    _refused("S11", _suggesting(_suggestion(actions=[DELETE, CREATE])))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "active"},
        {"intent": "order"},
        {"subject": {}},
        {"medicationCodeableConcept": {"text": "a drug"}},
        {"medicationCodeableConcept": {"coding": [{"system": "s", "code": "c", "display": "d"}]}},
        {"medicationCodeableConcept": {"text": "t", "coding": [{"system": "s", "code": "c"}]}},
    ],
)
def test_hooks_s14_a_created_order_is_a_whole_draft_proposal(changes: dict[str, Any]) -> None:
    _refused("S14", _suggesting(_suggestion(actions=[CREATE | {"resource": _resource(**changes)}])))


def test_hooks_l01_to_l04_links() -> None:
    link = {"label": "Guideline", "url": "https://cpicpgx.org", "type": "absolute"}
    _built(_card(links=[link]))
    _refused("label", _card(links=[{k: v for k, v in link.items() if k != "label"}]))
    _refused("L2", _card(links=[link | {"url": "javascript:alert(1)"}]))
    _refused("L2", _card(links=[link | {"url": "http://cpicpgx.org"}]))
    _refused("type", _card(links=[link | {"type": "relative"}]))
    _refused("L4", _card(links=[link | {"appContext": "x"}]))
    _built(_card(links=[link | {"type": "smart", "appContext": "x"}]))


@pytest.mark.parametrize("name", ["autolaunchable", "autoLaunchable"])
def test_hooks_l05_nothing_is_launched_unseen(name: str) -> None:
    link = {"label": "Guideline", "url": "https://cpicpgx.org", "type": "absolute", name: True}
    _refused("extra|not permitted", _card(links=[link]))


def test_hooks_y01_y05_system_actions_have_the_shape_of_an_action_and_cards_beside_them() -> None:
    _built(systemActions=[DELETE])
    _refused("description", systemActions=[{"type": "delete", "resourceId": "MedicationRequest/103"}])
    with pytest.raises(ValueError, match="cards"):
        Response.model_validate({"systemActions": [DELETE]})


def test_hooks_x01_null_only_in_an_echoed_update() -> None:
    echoed = _resource(id="103", note=[None, {"text": "n"}])
    _built(_suggesting(_suggestion(actions=[CREATE | {"type": "update", "resource": echoed}])))
    _refused("X1", _suggesting(_suggestion(actions=[CREATE | {"resource": _resource(note=[None])}])))
    _refused("X1", _suggesting(_suggestion(actions=[CREATE | {"type": "update", "resource": echoed | {"note": None}}])))
    _refused("X1", _card(extension={"org.pmcds.x": None}))


@pytest.mark.parametrize("empty", ["", [], {}])
def test_hooks_x02_nothing_is_empty(empty: Any) -> None:
    _refused("X2", _card(extension={"org.pmcds.x": empty}))
    _refused("X2", _suggesting(_suggestion(actions=[CREATE | {"resource": _resource(note=empty)}])))
    for name in ("suggestions", "links", "overrideReasons", "extension", "detail"):
        with pytest.raises(ValueError):
            _built(_card(**{name: empty}))


def test_hooks_x04_resources_are_plain_fhir_objects() -> None:
    for resource in ("{}", {"id": "1"}, {"resourceType": "MedicationRequest", "...": "<snipped"}):
        with pytest.raises(ValueError):
            _built(systemActions=[CREATE | {"resource": resource}])


def test_hooks_x06_extensions_are_objects_with_reverse_domain_keys() -> None:
    _built(extension={"org.pmcds.x": 1})
    _refused("extension", extension=[{"org.pmcds.x": 1}])
    _refused("X6", extension={"x": 1})


def test_hooks_x08_no_nan_leaves() -> None:
    _refused("X8", extension={"org.pmcds.x": float("nan")})


def test_hooks_s14_errors_never_repeat_values() -> None:
    with pytest.raises(ValueError) as caught:
        _built(_card(summary="CANARY" * 40, detail="<b>CANARY</b>"))
    assert "CANARY" not in str(caught.value)


def test_hooks_x07_members_that_nobody_knows_are_not_sent() -> None:
    with pytest.raises(ValueError):
        Card.model_validate(_card(color="red"))
