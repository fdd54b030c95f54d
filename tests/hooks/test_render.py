"""Finished cards as a response: the generic shape, and what every profile keeps."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.medicationrequest import MedicationRequest
from fhir.resources.R4B.servicerequest import ServiceRequest

from pmcds.hooks import PROFILES, notice_extension, profile_named, render
from pmcds.hooks.conformance import check_message
from pmcds.model.cards import Block, Coding, Link, OrderTest, Remove
from pmcds.model.findings import Order, Source
from tests.hooks.examples import CODES, ORDER, REMOVE, REPLACE, SECOND, TEST, card, only_card, order, rendered, setting

OTHER = "7c1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11"


def test_hooks_ge01_the_response_passes_the_checklist_without_a_word() -> None:
    for profile in PROFILES:
        response = rendered(card(suggestions=(REPLACE, SECOND, REMOVE, TEST)), profile=profile).response
        found = [v for v in check_message("response", json.dumps(response)) if (profile, v.rule) != ("crd", "Y3")]
        assert found == []


def test_hooks_ge02_a_replacement_is_one_suggestion_create_then_delete() -> None:
    shown = only_card(card(suggestions=(REPLACE,)))
    assert shown["selectionBehavior"] == "at-most-one"
    [suggestion] = shown["suggestions"]
    assert suggestion["label"] == "Replace clopidogrel by ticagrelor"
    create, delete = suggestion["actions"]
    assert create == {
        "type": "create",
        "description": "Order ticagrelor instead of clopidogrel",
        "resource": {
            "resourceType": "MedicationRequest",
            "status": "draft",
            "intent": "proposal",
            "medicationCodeableConcept": {
                "coding": [{"system": CODES[0].system, "code": "1116632", "display": "ticagrelor"}],
                "text": "ticagrelor",
            },
            "subject": {"reference": "Patient/p1"},
        },
    }
    assert delete == {"type": "delete", "description": "Remove the order of clopidogrel", "resourceId": ORDER}


def test_hooks_ge03_alternatives_exclude_each_other() -> None:
    shown = only_card(card(suggestions=(REPLACE, SECOND, REMOVE)))
    assert shown["selectionBehavior"] == "at-most-one"
    assert [s["actions"][0]["type"] for s in shown["suggestions"]] == ["create", "create", "delete"]


def test_hooks_s03_none_is_recommended_where_more_than_one_is_advised() -> None:
    both = tuple(replace(item, recommended=True) for item in (REPLACE, SECOND))
    shown = only_card(card(suggestions=both))
    assert [s["isRecommended"] for s in shown["suggestions"]] == [False, False]
    assert only_card(card(suggestions=both[:1]))["suggestions"][0]["isRecommended"] is True


def test_hooks_c10_tests_can_be_ordered_beside_a_change() -> None:
    shown = only_card(card(suggestions=(REPLACE, TEST)))
    assert shown["selectionBehavior"] == "any"


def test_hooks_s14_created_resources_are_valid_fhir() -> None:
    for profile, encounter in itertools.product(PROFILES, (None, "Encounter/e1")):
        site = setting(profile, encounter=encounter, hook="order-sign")
        response = render(
            [
                card(
                    suggestions=(
                        REPLACE,
                        OrderTest("HLA-B typing", (Coding("http://loinc.org", "1-8", "x"),), "Order it"),
                    )
                )
            ],
            orders=site.orders,
            patient="Patient/p1",
            encounter=encounter,
            profile=site.profile,
            hook="order-sign",
        )
        for suggestion in response["cards"][0]["suggestions"]:
            for action in suggestion["actions"]:
                if action["type"] == "create":
                    models: dict[str, Any] = {"MedicationRequest": MedicationRequest, "ServiceRequest": ServiceRequest}
                    models[action["resource"]["resourceType"]].model_validate(action["resource"])
                    assert action["resource"].get("encounter") == ({"reference": encounter} if encounter else None)


def test_hooks_s14_a_test_order_needs_no_code() -> None:
    [suggestion] = only_card(card(suggestions=(TEST,)))["suggestions"]
    assert suggestion["actions"][0]["resource"]["code"] == {"text": "CYP2C19 genotype"}


@pytest.mark.parametrize(
    ("changes", "orders"),
    [
        ({"fhir_version": "STU3"}, None),
        ({"fhir_version": "R5"}, None),
        ({"hook": "patient-view"}, None),
        ({"hook": "medication-verify"}, None),
        ({}, order(key="MedicationRequest/a\u2011b", resource={"resourceType": "MedicationRequest", "id": "a\u2011b"})),
        ({}, order(resource=None)),
        ({}, order(source=None)),
        ({}, order(source=Source(ORDER, "/prefetch/medications/entry/0/resource"))),
        ({}, order(resource={"resourceType": "MedicationRequest", "id": "another"})),
        ({}, order(resource={"resourceType": "MedicationOrder", "id": "103"}, key="MedicationOrder/103")),
        ({"hook": None}, order(state="current")),
        ({"hook": "org.example.unknown"}, order(state="current")),
    ],
)
def test_hooks_s15_s16_where_nothing_can_be_changed_the_text_says_it(
    changes: dict[str, Any], orders: Order | None
) -> None:
    known = {ORDER: orders or order()}
    for suggestions in ((REPLACE,), (REPLACE, REMOVE)):
        shown = only_card(card(suggestions=suggestions, detail=(), summary="x"), orders=known, **changes)
        assert "suggestions" not in shown
        assert "selectionBehavior" not in shown
        for item in suggestions:
            assert item.label in shown["detail"]


def test_hooks_s08_nothing_is_created_for_nobody() -> None:
    shown = only_card(card(suggestions=(REPLACE, TEST)), patient=None)
    assert "suggestions" not in shown


def test_hooks_s16_a_draft_of_an_unknown_hook_can_be_replaced() -> None:
    for hook in ("org.example.orders", None, "order-select"):
        assert only_card(card(suggestions=(REPLACE,)), hook=hook)["suggestions"]


def test_hooks_lc28_an_order_that_is_not_of_the_request_is_never_touched() -> None:
    shown = only_card(card(suggestions=(Remove("MedicationRequest/999", "Remove it"),)))
    assert "suggestions" not in shown


def test_hooks_s13_a_replacement_without_code_is_told_in_words() -> None:
    shown = only_card(card(suggestions=(replace(REPLACE, codes=()),), summary="x"))
    assert "suggestions" not in shown
    assert "Replace clopidogrel by ticagrelor" in shown["detail"]


def test_hooks_s02_suggestion_ids_are_stable_and_change_with_what_is_suggested() -> None:
    first = only_card(card(suggestions=(REPLACE, SECOND)))["suggestions"]
    again = only_card(card(suggestions=(REPLACE, SECOND)))["suggestions"]
    assert [s["uuid"] for s in first] == [s["uuid"] for s in again]
    assert len({s["uuid"] for s in first}) == 2
    other = only_card(card(uuid=OTHER, suggestions=(REPLACE, SECOND)))["suggestions"]
    assert {s["uuid"] for s in first}.isdisjoint(s["uuid"] for s in other)


def test_hooks_c09_blocks_become_bold_lines_paragraphs_and_lists() -> None:
    assert only_card(card())["detail"] == (
        "CYP2C19 \\*2\\/\\*2\\: little active metabolite is formed\\.\n\n"
        "**Used**\n\n- HLA\\-B\\*57\\:01 absent\n- TMB \\< 10 mut\\/Mb"
    )


def test_hooks_x02_empty_blocks_leave_nothing() -> None:
    assert "detail" not in only_card(card(detail=(Block((" ", "\u200b"), "Heading", points=True),)))


def test_hooks_c01_a_long_summary_is_cut_and_stands_whole_in_the_detail() -> None:
    long = "Avoid clopidogrel because " + "of this and that " * 10
    result = rendered(card(summary=long))
    shown = result.response["cards"][0]
    assert len(shown["summary"]) < 140
    assert "of this and that" in shown["detail"].split("\n\n")[0]
    assert any("shortened" in note for note in result.notes)


def test_hooks_c16_the_most_urgent_card_comes_first_and_order_is_kept_within() -> None:
    cards = [
        card(uuid=str(OTHER)[:-2] + f"{number:02d}", indicator=kind)
        for number, kind in enumerate(("info", "warning", "critical", "warning"))
    ]
    response = rendered(*cards).response
    assert [shown["uuid"][-2:] for shown in response["cards"]] == ["02", "01", "03", "00"]


def test_hooks_c12_c05_what_is_not_whole_is_left_out_and_noted() -> None:
    result = rendered(
        card(
            override_reasons=(Coding("", "c", "d"), Coding("urn:x", "c", "Why")),
            source_url="http://cpicpgx.org",
            links=(Link("x", "javascript:alert(1)"), Link("y", "https://cpicpgx.org")),
        )
    )
    shown = result.response["cards"][0]
    assert shown["overrideReasons"] == [{"code": "c", "system": "urn:x", "display": "Why"}]
    assert "url" not in shown["source"]
    assert [link["label"] for link in shown["links"]] == ["y"]
    assert len(result.notes) == 3


def test_hooks_c18_names_of_orders_with_any_sign_are_shown_and_never_fail() -> None:
    shown = only_card(card(summary="Order A\\*B\u202e \n<b>: not checked", detail=(Block(("A\\*B <b>",)),)))
    assert shown["summary"] == "Order A\\*B <b>: not checked"
    assert shown["detail"] == r"A\\\*B \<b\>"


def test_hooks_s09_values_are_never_a_template() -> None:
    shown = only_card(card(drug="{drug} {0.__class__}", suggestions=(REPLACE,)))
    assert shown["suggestions"][0]["actions"][0]["description"] == "Order ticagrelor instead of {drug} {0.__class__}"


def test_hooks_k14_words_can_be_in_another_language() -> None:
    shown = only_card(card(suggestions=(REPLACE,)), words={"order_instead": "{drug} statt {ordered} verordnen"})
    assert shown["suggestions"][0]["actions"][0]["description"] == "ticagrelor statt clopidogrel verordnen"


def test_hooks_c19_what_a_suggestion_does_the_text_says_in_every_profile() -> None:
    for profile in PROFILES:
        one = card(summary="Avoid.", detail=(Block(("Why.",)),), drug="abc", suggestions=(REPLACE, REMOVE, TEST))
        shown = only_card(one, profile)
        for item in (REPLACE, REMOVE, TEST):
            assert item.label in shown["detail"]


def test_hooks_c19_what_the_text_says_already_is_not_repeated() -> None:
    assert "Replace" not in only_card(card(suggestions=(REPLACE,)))["detail"]


def test_hooks_m28_profiles_change_nothing_but_form() -> None:
    cards = [card(suggestions=(REPLACE, REMOVE)), card(uuid=OTHER, indicator="info", summary="Another.")]
    shown = {name: rendered(*cards, profile=name).response["cards"] for name in PROFILES}
    for field in ("summary", "indicator", "uuid", "links", "overrideReasons"):
        assert len({json.dumps([one.get(field) for one in its]) for its in shown.values()}) == 1
    assert {one["source"]["label"] for its in shown.values() for one in its} == {"CPIC"}


def test_hooks_lc06_notices_in_the_extension_name_their_lines() -> None:
    notice = card(lines=((ORDER, "a/b"), (ORDER, None)), notice=True, indicator="info", summary="x: not checked")
    extension = notice_extension([notice])
    assert extension == {
        "org.pmcds.not-checked": [
            {
                "uuid": notice.uuid,
                "indicator": "info",
                "lines": [{"order": ORDER, "rule": "a/b"}, {"order": ORDER}],
                "summary": "x: not checked",
            }
        ]
    }
    response = render([], orders={}, patient=None, profile=profile_named(None), extension=extension)
    assert response == {"cards": [], "extension": extension}
    assert notice_extension([]) is None


def test_hooks_lc12_the_same_cards_give_the_same_bytes() -> None:
    one = card(suggestions=(REPLACE, SECOND, REMOVE, TEST))
    assert json.dumps(rendered(one).response) == json.dumps(rendered(one).response)
