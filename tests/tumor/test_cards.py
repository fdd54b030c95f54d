"""What every tumor card says and never says, read from the response (biomarkers.md 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest

from pmcds.check.trial import _patient
from tests.cards.files import CARDS, cases_of, load
from tests.tumor.support import NOW, engine, line, result, tissue

LUNG = "non-small cell lung cancer"


@dataclass(frozen=True)
class Shown:
    """A card of a rule's own test: what the client gets, as plain text."""

    rule: dict[str, Any]
    card: dict[str, Any]

    @property
    def cases(self) -> list[dict[str, Any]]:
        """The cases with a card."""
        return [case for _, case in cases_of(self.rule) if "card" in case]

    @property
    def text(self) -> str:
        return f"{self.card['summary']}\n{self.card.get('detail', '')}".replace("\\", "")


@lru_cache(maxsize=1)
def shown() -> tuple[Shown, ...]:
    """The first alert of each active tumor rule."""
    found = []
    for head in engine().knowledge.heads:
        if head.status != "active" or not head.id.startswith("tumor/"):
            continue
        tests = engine().knowledge.tests[head.id]["tests"]
        test = next(test for test in tests if test["expect"]["outcome"] == "ALERT")
        patient, orders = _patient(test["patient"])
        told = result({name: getattr(patient, name) for name in patient.__slots__ if getattr(patient, name)}, orders)
        places = [place for place, card in enumerate(told.cards) if any(rule == head.id for _, rule in card.lines)]
        assert places, head.id
        found.append(Shown(load(CARDS / f"{head.id}.yaml"), told.to_dict()["cards"][places[0]]))
    return tuple(found)


def options() -> list[Shown]:
    """Cards of rules that offer labeled options."""
    return [one for one in shown() if "drug" not in one.rule["ask"] and "liquid-biopsy" not in one.rule["rule"]]


def test_card_01_the_summary_is_short_and_begins_with_the_fact() -> None:
    for one in shown():
        assert len(one.card["summary"]) < 140
    card = result(tissue(LUNG, variant={"EGFR": ["L858R"]})).cards[0]
    assert card.summary.startswith("EGFR p.Leu858Arg detected: ")


def test_card_02_and_03_the_fact_has_date_and_specimen_and_says_how_it_matched() -> None:
    card = result(tissue(LUNG, variant={"EGFR": ["p.Leu858Arg 23%"]})).cards[0]
    used = next(line for block in card.detail if block.heading == "Used" for line in block.lines)
    for part in ("EGFR p.Leu858Arg detected", "matched as EGFR exon 19 deletion or L858R", "result of 2026-05-02"):
        assert part in used
    assert "specimen: tissue" in used
    assert "23 percent of the reads" in used
    assert any(LUNG in line for block in card.detail if block.heading == "Used" for line in block.lines)


def test_card_04_what_is_said_has_a_source_with_section_date_and_link() -> None:
    for one in shown():
        assert one.card["links"], one.rule["rule"]
        for name in (name for case in one.cases for name in case["card"]["because"]):
            assert one.rule["evidence"][name]["date"]
            assert one.rule["evidence"][name]["url"].startswith("https://")
        labels = [stated for stated in one.rule["evidence"].values() if stated["source"] == "FDA label"]
        assert all(label.get("section") for label in labels), one.rule["rule"]


def test_card_05_there_are_options_and_one_of_them_is_to_discuss_or_to_go_on() -> None:
    for one in shown():
        assert re.search(r"Options: .*(discuss|ask|confirm|continue)", one.text), one.rule["rule"]


def test_card_06_what_was_missing_is_told() -> None:
    plasma = {"cancer": [LUNG], "specimen": "plasma", "variant": {"EGFR": "absent"}}
    assert any(block.heading == "Not available" for card in result(plasma).cards for block in card.detail)


def test_card_07_the_intended_user_is_said() -> None:
    for one in shown():
        assert "For health care professionals" in one.text


def test_card_08_the_wording_is_that_of_the_label() -> None:
    words = {"not-indicated": "not indicated", "consider-alternative": "outside"}
    for one in shown():
        for case in (case for case in one.cases if case["case"] in ("outside", "ras-mutant")):
            wanted = words.get(case["card"]["advice"]["action"])
            said = f"{case['card'].get('summary')} {case['card'].get('detail')}"
            assert wanted is None or wanted in said or "not established" in said, one.rule["rule"]


def test_card_09_setting_and_line_are_said_not_to_be_checked() -> None:
    for one in options():
        limits = one.rule["limits"].lower()
        assert "not checked" in limits or "not read" in limits, one.rule["rule"]


# Labels in which the accelerated use of the same marker and tumor is another one than that of the rule.
OTHER_USE = {
    ("tumor/leukemia/abl1-t315i", "NDA215358"),  # accelerated: newly diagnosed disease, whatever T315I
    ("tumor/leukemia/abl1-t315i-all", "NDA203469"),  # accelerated: newly diagnosed, with chemotherapy
}


def test_card_10_accelerated_approvals_are_told() -> None:
    rows = engine().knowledge.facts.rows
    untold = []
    for one in options():
        numbers = [
            n for e in one.rule["evidence"].values() for n in re.findall(r"(?:NDA|BLA)\d{6}", e.get("title", ""))
        ]
        drugs = {other["drug"] for case in one.cases for other in _offered(case)}
        tumors = set(one.rule["ask"]["cancer"])
        know = " ".join(str(value) for value in (one.rule["ask"].get("know") or {}).values())
        told = "accelerated" in str(one.cases) + one.rule["limits"]
        for row in (row for number in numbers for row in rows.get(number, ())):
            fits = row.drugs & drugs and row.tumors & tumors and any(marker in know for marker in row.about)
            if "accelerated" in row.notes and fits and not told and (one.rule["rule"], row.number) not in OTHER_USE:
                untold.append((one.rule["rule"], row.number))
    assert untold == []


def _offered(case: dict[str, Any]) -> list[dict[str, Any]]:
    advice = case.get("card", {}).get("advice", [])
    return [other for one in (advice if isinstance(advice, list) else [advice]) for other in one.get("instead", [])]


def test_card_20_rules_about_one_result_are_one_card() -> None:
    cards = [card for card in result(tissue(LUNG, variant={"EGFR": ["L858R"]})).cards if not card.notice]
    assert len(cards) == 1
    named = {rule for _, rule in cards[0].lines}
    assert len(named) >= 4
    text = str(cards[0].detail)
    for drug in ("amivantamab with lazertinib", "adjuvant after resection", "unresectable stage III"):
        assert drug in text


def test_card_20_a_guard_keeps_its_own_card() -> None:
    plasma = {"cancer": ["prostate cancer"], "specimen": "plasma", "variant": {"ATM": ["p.Arg3008Cys pathogenic"]}}
    cards = [card for card in result(plasma).cards if not card.notice]
    guards = [
        card for card in cards if any(rule == "tumor/liquid-biopsy/clonal-hematopoiesis" for _, rule in card.lines)
    ]
    assert len(guards) == 1
    assert len(guards[0].lines) == 1


def test_card_21_options_are_in_the_order_of_their_names() -> None:
    for one in options():
        for case in one.cases:
            listed = re.match(r"labeled options?: (.*)", str((case["card"].get("summary") or {}).get("en", "")))
            if listed:
                drugs = [
                    name.split(" with ")[0].strip() for name in re.sub(r" and \d+ more$", "", listed[1]).split(",")
                ]
                assert drugs == sorted(drugs), one.rule["rule"]


def test_card_22_a_result_that_returns_interrupts_nobody() -> None:
    for one in options():
        assert one.rule["ask"]["hooks"] == ["patient-view"], one.rule["rule"]
        assert one.card["indicator"] == "info", one.rule["rule"]


def test_card_23_no_cancer_drug_is_ever_created() -> None:
    for one in shown():
        for suggestion in one.card.get("suggestions", ()):
            for action in suggestion.get("actions", ()):
                if action["type"] == "create":
                    assert action["resource"]["resourceType"] == "ServiceRequest", one.rule["rule"]


def test_card_25_the_same_facts_give_the_same_card() -> None:
    patient = tissue(LUNG, variant={"KRAS": ["G12C"]})
    first, second = result(patient).cards, result(patient).cards
    assert [card.uuid for card in first] == [card.uuid for card in second]


FORBIDDEN = {
    "card_40_directives": r"\b(prescribe|must|switch to|stop taking|start treatment|give the|administer)\b",
    "card_41_a_diagnosis_of_our_own": r"\b(the diagnosis is|this variant is (likely )?(pathogenic|benign))\b",
    "card_42_rank_or_benefit": r"\b(best|most effective|first choice|preferred|response rate|survival|superior)\b",
    "card_43_urgency": r"\b(urgent|urgently|immediately|right now|as soon as possible|emergency)\b",
    "card_44_address_to_the_patient": r"\b(you|your)\b",
    "card_47_guideline_text_that_is_not_open": r"\b(NCCN|category 1|category 2A)\b",
    "card_50_trial_eligibility": r"\beligible\b",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_cards_never_say(name: str) -> None:
    pattern = re.compile(FORBIDDEN[name], re.IGNORECASE)
    hits = [(one.rule["rule"], match[0]) for one in shown() for match in [pattern.search(one.text)] if match]
    assert hits == []


def test_card_45_contraindicated_and_not_indicated_stand_only_where_the_label_says_so() -> None:
    for one in shown():
        assert "contraindicated" not in one.text.lower(), one.rule["rule"]


def test_card_46_no_option_from_an_uncertain_variant_or_a_negative_plasma_result() -> None:
    uncertain = tissue("prostate cancer", variant={"BRCA2": ["p.Val2728Ile uncertain significance"]})
    assert line("prostate/brca", uncertain) != "ALERT"
    for one in shown():
        if "liquid-biopsy" in one.rule["rule"]:
            assert not any(_offered(case) for case in one.cases), one.rule["rule"]


def test_card_48_not_tested_is_not_called_negative() -> None:
    told = result(tissue(LUNG), "osimertinib")
    assert not any("negative" in str(card).lower() for card in told.cards)


def test_card_51_only_the_variants_that_the_rule_used_are_shown() -> None:
    patient = tissue(LUNG, variant={"KRAS": ["G12C"], "CDK12": ["p.Arg100Ter pathogenic"], "ATM": ["p.Arg3008Cys"]})
    offers = [card for card in result(patient).cards if "KRAS" in card.summary]
    assert offers
    assert not any("CDK12" in str(card) or "ATM" in str(card) for card in offers)


def test_now_is_fixed() -> None:
    assert NOW.year == 2026
