"""What a case says fits what it knows: nothing known asks for a test, nothing decided is never advice, and so on.

Laws over all active rules; what a kind of advice can carry is that of docs/rules.md, what a finding leads to that of
the drafts (effect) and of the specification of cards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.cards.files import beside, check_facts, load, texts
from tests.cards.knowledge import ActiveRule, Case, active, advice, many

OPEN_WORLD = check_facts().OPEN_WORLD
AWAY = {"avoid", "use-alternative", "consider-alternative", "indicated"}
DOSE = {"reduce-dose", "increase-dose", "limit-dose", "start-low", "adjust-dose"}
# Which actions can carry a parameter, and which must.
CARRIED_BY = {
    "instead": AWAY, "drug_class": AWAY - {"indicated"}, "by_percent": {"reduce-dose", "increase-dose"},
    "to_percent": {"reduce-dose", "increase-dose"}, "dose": DOSE, "at_most": {"limit-dose", "increase-dose"},
    "test": {"test-first", "measure-first", "confirm-first"}, "specialist": {"refer"},
    "monitor": {"monitor", *DOSE},
}  # fmt: skip
NEEDED = {
    "test-first": "test", "measure-first": "test", "confirm-first": "test", "monitor": "monitor", "refer": "specialist",
    "indicated": "instead",
}  # fmt: skip


def stated(condition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(subject, value) of every condition on a result; another kind of fact as (kind, None)."""
    for kind, part in condition.items():
        if kind in ("any", "all"):
            for one in part:
                yield from stated(one)
        elif kind == "not":
            yield from stated(part)
        elif kind in OPEN_WORLD:
            yield from ((subject, value) for subject, values in part.items() for value in many(values))
        else:
            yield kind, None


def values(case: Case) -> set[Any]:
    return {value if isinstance(value, str) else None for _, value in stated(case.get("if", {}))}


def cards() -> Iterator[tuple[ActiveRule, Case]]:
    for rule in active():
        yield from ((rule, case) for _, case in rule.cases() if "card" in case)


def where(rule: ActiveRule, case: Case) -> str:
    return f"{rule.id}: {case['case']}"


def test_each_action_carries_the_parameters_that_it_can_and_those_that_it_needs() -> None:
    for rule, case in cards():
        for one in advice(case):
            for name in set(one) & set(CARRIED_BY):
                assert one["action"] in CARRIED_BY[name], (where(rule, case), name)
            assert NEEDED.get(one["action"], "action") in one, (where(rule, case), one["action"])


def test_where_nothing_is_known_a_card_asks_for_the_test() -> None:
    for rule, case in cards():
        if values(case) == {"unknown"}:
            assert [one["action"] for one in advice(case)] in (["test-first"], ["measure-first"]), where(rule, case)


def test_a_result_that_decides_nothing_is_never_advice_about_the_drug() -> None:
    wanted = {
        "pharmacogenomics": {"no-recommendation", "measure-first"}, "tumor": {"confirm-first", "test-first"},
        "germline": {"no-recommendation", "test-first"}, "laboratory": {"measure-first", "test-first"},
    }  # fmt: skip
    for rule, case in cards():
        if values(case) == {"indeterminate"}:
            assert [one["action"] for one in advice(case)][1:] == [], where(rule, case)
            assert advice(case)[0]["action"] in wanted[rule.family], where(rule, case)
            if rule.family == "pharmacogenomics" and advice(case)[0]["action"] == "no-recommendation":
                assert case["card"]["indicator"] == "info", where(rule, case)


def test_a_tumor_card_offers_on_a_finding_and_asks_again_on_an_open_one() -> None:
    for rule, case in cards():
        if rule.family == "tumor" and not rule.drugs and "liquid-biopsy" not in rule.id:
            actions = [one["action"] for one in advice(case)]
            finding = case["case"] in ("present", "with-t790m")
            assert actions == (["indicated"] if finding else ["confirm-first"]), where(rule, case)
            assert case["card"]["indicator"] == "info", where(rule, case)
            assert ("indeterminate" in values(case)) is not finding, where(rule, case)


def test_how_urgent_a_card_is_fits_what_it_advises() -> None:
    """What is to be avoided is more than a remark, and what is only watched or told is no alarm."""
    harmful = {"avoid", "use-alternative", "consider-alternative", "not-indicated", "reduce-dose"}
    for rule, case in cards():
        actions = {one["action"] for one in advice(case)}
        indicator = case["card"]["indicator"]
        assert indicator != "info" or not {"avoid", "not-indicated"} & actions, where(rule, case)
        assert indicator != "critical" or actions & harmful, where(rule, case)


def test_a_diagnosis_or_finding_without_an_order_only_informs() -> None:
    for rule, case in cards():
        if rule.family in ("germline", "laboratory") and not rule.drugs:
            assert case["card"]["indicator"] == "info", where(rule, case)
            asks = {"test-first", "confirm-first", "no-recommendation"}
            assert {one["action"] for one in advice(case)} <= {"refer", "inform", "indicated", *asks}, where(rule, case)


def test_what_is_not_known_is_asked_for_and_never_warned_of_by_a_tumor_rule() -> None:
    for rule, case in cards():
        if rule.family == "tumor" and values(case) in ({"unknown"}, {"indeterminate"}):
            assert case["card"]["indicator"] == "info", where(rule, case)


def test_a_share_of_a_dose_is_said_of_advice_that_has_one() -> None:
    for rule, case in cards():
        for one in advice(case):
            if one.get("note", {}).get("en", "").startswith("Of the "):
                assert {"by_percent", "to_percent"} & set(one), where(rule, case)


def test_outside_the_labeled_population_another_drug_is_considered() -> None:
    for rule, case in cards():
        if rule.family == "tumor" and case["case"] == "outside":
            assert [one["action"] for one in advice(case)] == ["consider-alternative"], where(rule, case)
            assert case["card"]["indicator"] == "warning", where(rule, case)


# What narrows or excepts: a result that the card itself does not need.
ONLY_NARROWS = {
    "EGFR p.Thr790Met": "tumor/lung/egfr-common", "ABL1 p.Thr315Ile": "tumor/leukemia/bcr-abl1",
    "KRAS p.Gly12Cys": "tumor/colorectal/ras-",
}  # fmt: skip


def test_every_result_that_a_tumor_rule_asks_for_decides_its_cards() -> None:
    for rule, case in cards():
        if rule.family == "tumor" and "populations" not in rule.document:
            know = rule.document["ask"].get("know") or {}
            asked = {subject for subjects in know.values() for subject in many(subjects)}
            asked -= {subject for subject, place in ONLY_NARROWS.items() if rule.id.startswith(place)}
            named = {subject for subject, value in stated(case.get("if", {})) if value is not None}
            assert asked <= named, where(rule, case)


_POPULATION = re.compile(r"(?:Labels name|labels of these drugs describe) (.+?) in (.+?)(?: as the population|;)")


def test_why_and_card_of_a_tumor_rule_speak_of_the_same_finding_and_tumor() -> None:
    counted = 0
    for rule, case in cards():
        found = _POPULATION.search(str(rule.document.get("why"))) if rule.family == "tumor" else None
        if found and case["case"] in ("present", "outside"):
            counted += 1
            text = case["card"]["detail"]["en"]
            assert found[1] in text and found[2] in text, where(rule, case)
            words = re.sub(r"^an? ", "", found[1]).partition(",")[0].partition(" and HER2")[0]
            assert words in rule.document["title"], rule.id
    assert counted > 110


def test_what_a_tumor_card_asks_to_test_or_confirm_is_the_finding_of_the_rule() -> None:
    """The test to order and the test to repeat are the same test."""
    for rule in active():
        if rule.family == "tumor" and "populations" not in rule.document:
            named = {
                re.sub(r"^(?:a|an) ", "", one["test"])
                for _, case in rule.cases()
                for one in advice(case)
                if "test" in one
            }
            assert len(named) <= 1 or "liquid-biopsy" in rule.id, (rule.id, named)


# Cards that rest on a part of the sources of their rule, each with the reason.
PART = {
    ("tumor/lung/egfr-common", "with-t790m"): "one drug is left, and its label",
    ("tumor/lung/egfr-c797s-resistance", "open"): "the first report stands for all",
    ("tumor/liquid-biopsy/clonal-hematopoiesis", "open"): "the first report stands for all",
    ("tumor/liquid-biopsy/germline-suspected", "open"): "the first report stands for all",
    ("tumor/liquid-biopsy/plasma-negative", "open"): "two decisions stand for all",
}


def test_each_card_of_a_tumor_rule_cites_all_labels_and_decisions_of_the_rule() -> None:
    for rule, case in cards():
        if rule.family == "tumor" and "populations" not in rule.document and (rule.id, case["case"]) not in PART:
            evidence = rule.document["evidence"]
            official = {name for name, one in evidence.items() if one["source"].startswith("FDA")}
            cited = set(case["card"]["because"])
            assert cited >= official, where(rule, case)
            # Reports that support a labeled use stand with the rule; a card cites them where no label says it.
            resists = "resistan" in rule.id
            assert cited == (set(evidence) if resists or not official else official), where(rule, case)


def test_no_number_of_a_tumor_rules_reason_is_missing_in_its_question() -> None:
    """The cut-off that the reason tells is the one that the cases ask."""
    for rule in active():
        if rule.family == "tumor":
            found = _POPULATION.search(str(rule.document.get("why")))
            asked = json.dumps([case.get("if", {}) for _, case in rule.cases()]) + json.dumps(rule.document["ask"])
            for number in re.findall(r"\d+", found[1] if found else ""):
                assert re.search(rf"(?<!\d){number}(?!\d)", asked), (rule.id, number)


def test_a_section_that_a_card_names_is_one_that_the_rule_cites() -> None:
    for rule, case in cards():
        head = " ".join(line for line in rule.path.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
        known = head + json.dumps([one.get("section") for one in rule.document["evidence"].values()])
        for text in texts(case["card"]):
            for section in re.findall(r"section (\d[\d.]*\d|\d)|\((\d\.\d+)\)", text):
                assert (section[0] or section[1]) in known, where(rule, case)


# Groups whose members the tests name: the patient of a test has the member.
GROUPS = {"neurovascular disease", "inflammatory bowel disease", "malignancy"}


def _facts(condition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, part in condition.items():
        if kind in ("any", "all"):
            for one in part:
                yield from _facts(one)
        elif kind == "not":
            yield from _facts(part)
        elif kind in ("condition", "medication", "ordered_with"):
            yield from ((kind, name) for name in many(part))


def _named(patients: list[Any], field: str) -> set[str]:
    stated = (one for patient in patients for one in many(patient.get(field)))
    return {one.get("drug", "") if isinstance(one, dict) else one for one in stated}


def test_every_drug_and_every_fact_that_a_rule_names_is_tried_beside_it() -> None:
    """A name that no test of the rule has could be lost from its list without a word."""
    missing = set()
    for rule in active():
        patients = [test["patient"] for test in load(beside(rule.path))["tests"]]
        named = {field: _named(patients, field) for field in ("order", "condition", "medication")}
        tried = {"condition": named["condition"] | GROUPS, "ordered_with": named["order"]}
        tried["medication"] = named["medication"] | named["order"]
        conditions = [case.get("if", {}) for _, case in rule.cases()]
        conditions += [one.get("when", {}) for one in rule.document.get("populations", ())]
        missing |= {(rule.id, name) for one in conditions for kind, name in _facts(one) if name not in tried[kind]}
        missing |= {(rule.id, drug) for drug in rule.drugs if drug not in named["order"]}
    assert missing == set()


def _limits(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from [value] if key in ("at_least", "above", "at_most", "below") else _limits(value)
    elif isinstance(part, list):
        for one in part:
            yield from _limits(one)


def test_a_note_of_a_laboratory_card_tells_the_limits_of_its_own_case() -> None:
    """Of two ranges of one analyte, each is told beside its own advice."""
    for rule in active():
        if rule.family == "laboratory" and rule.id != "laboratory/g6pd/rasburicase":
            every = set(_limits([case.get("if", {}) for _, case in rule.cases()]))
            for _, case in rule.cases():
                text = " ".join(one.get("note", {}).get("en", "") for one in advice(case))
                text = re.sub(r"section \d[\d.]*|\(\d\.\d\)", "", text)
                told = {one for one in every if re.search(rf"(?<![\d.]){re.escape(one)}(?:\.0)?(?![\d.]*\d)", text)}
                if "card" in case:
                    assert told == set(_limits(case.get("if", {}))), where(rule, case)
