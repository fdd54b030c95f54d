"""Options are those of the source: none that it does not name, and none of those that it names left out."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.cards.files import CARDS, check_facts
from tests.cards.knowledge import active, guideline_rows, guideline_rules, offered
from tests.cards.test_labels import script
from tests.shared import SHARED, needs_shared

# Names in the rows that our list of drugs has under another name.
ALSO_CALLED = {"isavuconazonium": "isavuconazole"}
ALIASES = {name: drug for drug, name in ALSO_CALLED.items()}
# Rows that mean options which other rows of the same drug name: here the secondary amines.
NAMED_IN_ANOTHER_ROW = {"desipramine", "nortriptyline"}
# Drugs of the row's text that are no options, each with the reason.
NO_OPTION = {
    **dict.fromkeys(("capecitabine", "tegafur"), ({"fluorouracil"}, "the active drug itself")),
    **dict.fromkeys(("ibuprofen", "lornoxicam", "flurbiprofen"), ({"celecoxib"}, "of the same guideline, no option")),
    "escitalopram": ({"citalopram"}, "two forms of one drug"),
    "citalopram": ({"escitalopram"}, "two forms of one drug"),
    **dict.fromkeys(
        ("desflurane", "enflurane", "halothane", "isoflurane", "methoxyflurane", "sevoflurane"),
        ({"succinylcholine"}, "is avoided too"),
    ),
    "fosphenytoin": ({"phenytoin", "carbamazepine", "oxcarbazepine"}, "are avoided too"),
    "phenytoin": ({"fosphenytoin", "carbamazepine", "oxcarbazepine"}, "are avoided too"),
    **dict.fromkeys(
        ("meloxicam", "piroxicam", "tenoxicam"),
        ({"celecoxib", "flurbiprofen", "ibuprofen", "lornoxicam"}, "examples of a class that the card names"),
    ),
}  # fmt: skip


@cache
def drug_names() -> re.Pattern[str]:
    lines = (CARDS / "terms" / "drugs.tsv").read_text(encoding="utf-8").splitlines()
    names = {line.partition("\t")[0] for line in lines if line and not line.startswith("#")} | set(ALIASES)
    names |= {drug for rule in active() for _, case in rule.cases() for drug in offered(case)}
    longest = sorted((name for name in names if len(name) > 4), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])")


def spoken() -> Iterator[tuple[Any, Mapping[str, Any], Mapping[str, Any]]]:
    """(row, rule, case) for each guideline row with the case that its key reaches."""
    facts = check_facts()
    for row in guideline_rows():
        for rule in guideline_rules().get(row.drug, ()):
            for _, cases in facts._populations(rule, row):
                case = facts.first_case(cases, facts.environment(row, rule))
                if "card" in case:
                    yield row, rule, case


@needs_shared
def test_an_option_is_named_by_the_row_and_what_the_row_names_is_an_option() -> None:
    texts: dict[str, str] = defaultdict(str)
    cases = list(spoken())
    for row, _, _ in cases:
        texts[row.drug] += f" {row.text} {row.other} {json.dumps(dict(row.facts))}".lower()
    counted, wrong = 0, set()
    for row, rule, case in cases:
        own = f"{row.text} {row.other} {json.dumps(dict(row.facts))}".lower()
        for drug in offered(case):
            counted += 1
            text = texts[row.drug] if drug in NAMED_IN_ANOTHER_ROW else own
            if ALSO_CALLED.get(drug, drug) not in text:
                wrong.add((rule["rule"], case["case"], f"{drug} is no option of the row"))
        named = {ALIASES.get(name, name) for name in drug_names().findall(row.text.lower())} - {row.drug}
        named -= NO_OPTION.get(row.drug, (set(), ""))[0]
        wrong |= {(rule["rule"], case["case"], f"{drug} of the row is missing") for drug in named - offered(case)}
        pair = NAMED_IN_ANOTHER_ROW & offered(case)
        if pair and pair != NAMED_IN_ANOTHER_ROW - {row.drug}:
            wrong.add((rule["rule"], case["case"], f"{pair} without the other secondary amine"))
    assert wrong == set()
    assert counted > 350


def test_rules_of_sources_without_prose_offer_no_drug_by_name() -> None:
    """DPWG and FDA rows name no options in the data, so their rules name none."""
    for rule in active():
        if rule.family == "pharmacogenomics" and rule.source in ("dpwg", "fda"):
            assert not any(offered(case) for _, case in rule.cases()), rule.id


# Partners that a label names by class or as chemotherapy: the rule says them in words.
PARTNERS = {
    "chemotherapy", "fluorouracil-based chemotherapy", "fluoropyrimidine/platinum chemotherapy", "platinum",
    "pemetrexed", "carboplatin", "paclitaxel", "docetaxel", "capecitabine", "fulvestrant", "palbociclib", "cytarabine",
    "daunorubicin", "anthracycline", "abiraterone", "prednisone",
}  # fmt: skip


@needs_shared
def test_a_tumor_card_offers_the_drugs_of_its_drafts_and_every_one_of_them() -> None:
    assert SHARED is not None
    drafts = script().Facts(SHARED / "data" / "biomarkers").drafts
    by_draft: dict[str, set[str]] = defaultdict(set)
    options = set()
    for rule in script().read_rules():
        drugs = {drug for name in rule.drafts for text in drafts[name]["therapies"] for drug in text.split("+")}
        found = {drug for case in rule.cases() for drug in offered(case)}
        assert found <= drugs or not rule.active, rule.path
        if found and rule.active:
            options.add(rule.path)
        for name in rule.drafts:
            by_draft[name] |= found
    missing = {
        (name, drug)
        for name, found in by_draft.items()
        if found
        for text in drafts[name]["therapies"]
        for drug in text.split("+")
        if drug not in found | PARTNERS
    }
    assert missing == set()
    assert len(options) > 60
