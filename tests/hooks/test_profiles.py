"""The dialects of clients (EP, CR, SB), and how one is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

import pmcds
from pmcds.errors import InputError
from pmcds.hooks import PROFILES, choose_profile, profile_named, render_noted
from pmcds.hooks.profiles import CardOptions, card_options, hinted_profile
from pmcds.model.cards import Coding, Link, OrderTest
from tests.hooks.examples import ORDER, REMOVE, REPLACE, SECOND, TEST, card, only_card, order, rendered, setting

SECOND_CARD = "7c1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11"


def test_hooks_ep04_ep05_one_action_a_suggestion_and_both_halves_named() -> None:
    shown = only_card(card(suggestions=(REPLACE,)), "epic")
    assert shown["selectionBehavior"] == "any"
    create, delete = shown["suggestions"]
    texts = (
        "Order ticagrelor instead of clopidogrel (also remove clopidogrel)",
        "Remove clopidogrel (also order the alternative)",
    )
    assert (create["label"], delete["label"]) == texts
    assert (create["actions"][0]["description"], delete["actions"][0]["description"]) == texts
    assert [len(s["actions"]) for s in shown["suggestions"]] == [1, 1]


def test_hooks_s12_both_halves_have_the_same_recommendation() -> None:
    shown = only_card(card(suggestions=(replace(REPLACE, recommended=True),)), "epic")
    assert [s["isRecommended"] for s in shown["suggestions"]] == [True, True]


def test_hooks_ep05_several_alternatives_share_one_delete() -> None:
    shown = only_card(card(suggestions=(REPLACE, SECOND, REMOVE)), "epic")
    assert [s["actions"][0]["type"] for s in shown["suggestions"]] == ["create", "create", "delete"]
    assert len({s["uuid"] for s in shown["suggestions"]}) == 3


def test_hooks_ep06_label_and_description_are_the_same() -> None:
    for suggestion in only_card(card(suggestions=(REPLACE, REMOVE)), "epic")["suggestions"]:
        assert suggestion["label"] == suggestion["actions"][0]["description"]


def test_hooks_ep07_topic_is_alphanumeric_and_static() -> None:
    shown = only_card(card(topic=Coding("urn:pmcds:card-topic", "clopidogrel/cpic_2", "x")), "epic")
    assert shown["source"]["topic"]["code"] == "clopidogrelcpic2"
    assert {"label", "topic"} <= set(shown["source"])


def test_hooks_ep08_created_order_has_category_and_codes_in_the_systems_it_takes() -> None:
    drafts = {ORDER: order(resource={**order().resource, "category": {"coding": [{"code": "inpatient"}]}})}  # type: ignore[dict-item]
    resource = only_card(card(suggestions=(REPLACE,)), "epic", orders=drafts)["suggestions"][0]["actions"][0][
        "resource"
    ]
    coding = resource["medicationCodeableConcept"]["coding"]
    assert coding == [{"system": "urn:oid:2.16.840.1.113883.6.88", "code": "1116632", "display": "ticagrelor"}]
    assert resource["category"][0]["coding"][0]["code"] == "inpatient"
    assert "dosageInstruction" not in resource


def test_hooks_ep08_a_code_that_the_client_does_not_take_becomes_text() -> None:
    foreign = replace(REPLACE, codes=(Coding("http://www.whocc.no/atc", "B01AC24", "ticagrelor"),))
    result = rendered(card(suggestions=(foreign,), summary="x"), profile="epic")
    assert "suggestions" not in result.response["cards"][0]
    assert "Replace clopidogrel by ticagrelor" in result.response["cards"][0]["detail"]
    assert any("became text" in note for note in result.notes)


def test_hooks_ep08_a_sites_own_list_comes_first() -> None:
    site = replace(PROFILES["epic"], preference_list={"ticagrelor": "4711", "CYP2C19 genotype": "12"})
    shown = only_card(card(suggestions=(REPLACE, TEST)), site)
    codes = [s["actions"][0].get("resource", {}) for s in shown["suggestions"]]
    system = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
    assert codes[0]["medicationCodeableConcept"]["coding"][0]["system"] == system
    assert codes[1]["code"]["coding"] == [{"system": system, "code": "12", "display": "CYP2C19 genotype"}]


def test_hooks_ep11_detail_as_plain_text_holds_the_plain_values() -> None:
    site = replace(PROFILES["epic"], detail_format="plain")
    shown = only_card(card(), site)
    assert shown["extension"] == {"com.epic.cdshooks.card.detail.content-type": "text/plain"}
    assert shown["detail"] == (
        "CYP2C19 *2/*2: little active metabolite is formed.\n\nUsed\n- HLA-B*57:01 absent\n- TMB < 10 mut/Mb"
    )


def test_hooks_cr01_topic_is_the_card_type_and_ours_moves_to_the_extension() -> None:
    avoid = only_card(card(), "crd")
    assert avoid["source"]["topic"] == {
        "system": "http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp",
        "code": "contraindication",
    }
    assert avoid["extension"]["org.pmcds.topic"]["code"] == "clopidogrelcpic"
    other = only_card(card(action="monitor", topic=None), "crd")
    assert other["source"]["topic"]["code"] == "guideline"


def test_hooks_cr02_k04_system_actions_key_for_three_hooks() -> None:
    for hook, there in (
        ("order-sign", True),
        ("order-dispatch", True),
        ("appointment-book", True),
        ("order-select", False),
    ):
        assert ("systemActions" in rendered(card(), profile="crd", hook=hook).response) is there
        assert "systemActions" not in rendered(card(), profile="generic", hook=hook).response


def test_hooks_cr04_replacement_is_create_and_delete_of_one_type_and_a_delete_alone_becomes_text() -> None:
    shown = only_card(card(suggestions=(REPLACE, REMOVE), summary="x", drug="z"), "crd")
    [suggestion] = shown["suggestions"]
    assert [action["type"] for action in suggestion["actions"]] == ["create", "delete"]
    assert "Remove clopidogrel" in shown["detail"]


def test_hooks_cr09_max_cards_keeps_the_most_urgent_and_names_the_others() -> None:
    cards = (card(uuid=SECOND_CARD, indicator="info", suggestions=()), card())
    options = card_options({"davinci-crd.configuration": {"max-cards": 1, "unknown": True}})
    result = render_noted(cards, setting("crd"), options=options)
    assert [one["indicator"] for one in result.response["cards"]] == ["critical"]
    held = result.response["extension"]["org.pmcds.cards-held-back"]
    assert [one["uuid"] for one in held] == [SECOND_CARD]
    assert held[0]["lines"] == [{"order": ORDER, "rule": "pharmacogenomics/clopidogrel/cpic"}]
    assert len(result.notes) == 1
    assert len(render_noted(cards, setting("generic"), options=options).response["cards"]) == 2


def test_hooks_cr09_a_card_type_can_be_switched_off_and_odd_options_never_fail() -> None:
    options = card_options({"davinci-crd.configuration": {"guideline": False, "max-cards": "3"}})
    assert options == CardOptions(None, frozenset({"guideline"}))
    cards = (card(), card(uuid=SECOND_CARD, indicator="info", action="monitor"))
    assert len(render_noted(cards, setting("crd"), options=options).response["cards"]) == 1
    for odd in ({}, {"davinci-crd.configuration": []}, {"davinci-crd.configuration": {"max-cards": True}}):
        assert card_options(odd) == CardOptions()


def test_hooks_cr10_with_several_orders_the_detail_names_the_order() -> None:
    second = order(key="MedicationRequest/104", resource={"resourceType": "MedicationRequest", "id": "104"})
    one = render_noted([card()], setting("crd", order(), second)).response["cards"][0]
    assert one["detail"].startswith("This is about the order of clopidogrel\\.")
    assert "This is about" not in only_card(card(), "crd")["detail"]


def test_hooks_sb04_sb05_the_first_action_creates_with_text_and_code() -> None:
    first = only_card(card(suggestions=(REPLACE, REMOVE)), "sandbox")["suggestions"][0]["actions"][0]
    assert first["type"] == "create"
    concept = first["resource"]["medicationCodeableConcept"]
    assert concept["text"] == "ticagrelor"
    assert concept["coding"][0]["code"] == "1116632"


def test_hooks_sb05_what_the_sandbox_would_skip_is_told_in_words() -> None:
    shown = only_card(card(suggestions=(OrderTest("TPMT activity", (), "Order TPMT activity"),)), "sandbox")
    assert "suggestions" not in shown
    assert "Order TPMT activity" in shown["detail"]


def test_hooks_sb06_everything_has_uuid_and_label() -> None:
    shown = only_card(card(suggestions=(REPLACE, REMOVE)), "sandbox")
    assert shown["uuid"]
    assert all(s["uuid"] and s["label"] for s in shown["suggestions"])


def test_hooks_s05_action_selection_behavior_only_for_a_client_that_knows_it() -> None:
    for profile in PROFILES:
        shown = only_card(card(suggestions=(REPLACE,)), profile)
        assert all("actionSelectionBehavior" not in s for s in shown["suggestions"])
    knowing = replace(PROFILES["generic"], action_selection_behavior=True)
    assert only_card(card(suggestions=(REPLACE,)), knowing)["suggestions"][0]["actionSelectionBehavior"] == "all"


def test_hooks_l07_a_sites_list_of_links_is_kept_and_the_drop_noted() -> None:
    site = replace(PROFILES["generic"], links_allow_list=("https://cpicpgx.org",))
    links = tuple(
        Link(url, url)
        for url in (
            "https://cpicpgx.org/guidelines",
            "https://cpicpgx.org",
            "https://cpicpgx.org.evil.org",
            "https://fda.gov",
        )
    )
    result = rendered(card(links=links), profile=site)
    assert [link["url"] for link in result.response["cards"][0]["links"]] == [link.url for link in links[:2]]
    assert len(result.notes) == 2


def test_hooks_profile_is_chosen_by_setting_then_issuer_then_request() -> None:
    issuers = {"https://ehr.example.org": "crd"}
    known = "https://ehr.example.org"
    assert choose_profile("sandbox", issuer=known, issuers=issuers, hint="epic").name == "sandbox"
    assert choose_profile(None, issuer=known, issuers=issuers, hint="epic").name == "crd"
    assert choose_profile(None, issuer="https://other.org", issuers=issuers, hint="epic").name == "epic"
    assert choose_profile(None).name == "generic"


def test_hooks_ep01_only_the_keys_of_one_client_are_a_hint() -> None:
    assert hinted_profile({"com.epic.cdshooks.request.bpa-trigger-action": "23"}) == "epic"
    assert hinted_profile({"davinci-crd.configuration": {}, "internal.epic.x": ""}) is None


def test_hooks_an_integrators_profile_is_taken_as_it_is_and_unknown_names_are_refused() -> None:
    own = replace(PROFILES["generic"], name="own")
    assert profile_named(own) is own
    assert profile_named("own", {**PROFILES, "own": own}) is own
    with pytest.raises(InputError, match="generic"):
        profile_named("nobody")


def test_an_unknown_profile_is_refused_when_data_are_evaluated_not_when_the_answer_is_written() -> None:
    engine = pmcds.Engine(settings=pmcds.Settings(profile="nobody"))
    with pytest.raises(pmcds.InputError, match="profile"):
        engine.evaluate(pmcds.Patient(), order=[])
