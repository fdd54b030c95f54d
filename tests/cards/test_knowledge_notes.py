"""What a card says in words stands with its own row: the notes of two cases are never exchanged.

Words of ours on the left, words that the guideline row (recommendation, remarks, implications) then has on the right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from tests.cards.files import check_facts
from tests.cards.knowledge import advice, guideline_rows, guideline_rules
from tests.shared import SHARED, needs_shared

PAIRS = (
    (r"[Mm]ore side effects", r"higher plasma concentrations? .*(?:side effects|toxicit)|adverse"),
    (r"Too little effect|response may be less", r"lower plasma|decreas|reduced|failure|loss of efficacy|may affect"),
    (r"Too little of the active|pain relief may fail", r"greatly reduced|diminished|decreased formation"),
    (r"Too much of the active", r"increased formation|higher risk of toxicity"),
    (r"Higher target dose|[Hh]igher maintenance dose|Of the target maintenance dose, or more", r"increas|higher"),
    (r"lower starting dose|[Ll]ower maintenance|[Mm]aintenance dose lower|Below the standard", r"lower|reduc|less"),
    (r"Lower starting dose and slower titration", r"lower starting dose"),
    (r"slower titration|titration slower", r"slower titration|slow"),
    (r"isk of myopathy", r"myopath"), (r"knows the myopathy", r"myopath|muscle|mhs|malignant hyperthermia"),
    (r"non-statin", r"combination therapy|non-statin|non statin"),
    (r"more so (?:above|at) \d+|more so above", r"\d+ ?mg"),
    (r"hearing loss", r"hearing loss"), (r"neither shown nor excluded", r"weak or no evidence"),
    (r"acute hemolytic", r"high risk of acute"), (r"hronic hemolysis", r"chronic hemolysis|cnsha"),
    (r"genotype alone does not tell", r"variable"), (r"SJS/TEN", r"sjs/ten"), (r"DRESS", r"dress"),
    (r"severe cutaneous", r"scar"), (r"hypersensitivity", r"hypersensitivity"),
    (r"three months without", r"longer than three months"), (r"no effective alternative", r"alternative"),
    (r"Amphotericin B", r"amphotericin b"), (r"aromatase inhibitor", r"aromatase inhibitor"),
    (r"endoxifen", r"endoxifen"), (r"malaria|P\. vivax", r"vivax"), (r"jaundice", r"jaundice"),
    (r"omplete DPD deficiency|[Ss]evere or fatal", r"complete dpd deficiency|fatal"),
    (r"c\.2846A>T", r"2846a>t"), (r"H\. pylori", r"pylori"),
    (r"usual starting dose|[Ss]tandard starting dose", r"standard starting|initiate therapy"),
    (r"attention to continued effect|lasted more than 12 weeks", r"12 weeks"),
    (r"steady state", r"steady.state"), (r"at least 8 days", r"8 days"), (r"at least 7 days", r"7 days"),
    (r"Lowest effective dose for the shortest", r"lowest.*shortest"),
    (r"recommended starting dose, then", r"recommended starting dose|recommended steady"),
    (r"(?:by|with) drug levels|Steady-state levels|drug levels help", r"(?:drug|dose) monitoring|concentration"),
    (r"First dose as usual", r"first dose"), (r"does not exclude SJS", r"does not eliminate"),
    (r"P2Y12", r"p2y12"), (r"ivacaftor was found", r"not? |negative"), (r"QT prolongation", r"qt|fda"),
    (r"Susceptibility is not excluded", r"do(?:es)? not eliminate|negative or inconclusive|not.*rule out"),
    (r"extraordinary circumstances", r"extraordinary|relatively contraindicated"),
    (r"is tolerated and more", r"tolerating"), (r"Or a higher dose", r"a higher dose"),
    (r"Desired starting dose", r"desired starting dose"), (r"Age- or weight-specific", r"age.{0,4} or weight-specific"),
    (r"Inhibitors of CYP2D6", r"cyp2d6[^.]*inhibitors"), (r"not to normal levels", r"normali[sz]e"),
)  # fmt: skip
GENE_ALONE = re.compile(r"Based on ([A-Z0-9-]+)(\*[\d:]+)? alone")
GENE_NOT_KNOWN = re.compile(r"([A-Z][A-Z0-9]+) is not known")
OPEN = ("No Result", "Indeterminate", "n/a")


@cache
def rows() -> tuple[tuple[Any, str], ...]:
    """Each row with all its words in small letters."""
    assert SHARED is not None
    folder = SHARED / "data" / "pgx"
    words: dict[str, str] = {}
    for name in check_facts().FILES:
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            parts = (row.get("recommendation"), row.get("other_considerations"), row.get("implications"))
            words[row["id"]] = " ".join(json.dumps(part, ensure_ascii=False) for part in (*parts, row.get("facts")))
    return tuple((row, words[row.id].lower()) for row in guideline_rows())


def spoken(rules: Mapping[str, Any]) -> Iterator[tuple[Any, str, str, Mapping[str, Any]]]:
    """(row, its words, rule, case) for each row with the case that its key reaches."""
    facts = check_facts()
    for row, words in rows():
        for rule in rules.get(row.drug, ()):
            for _, cases in facts._populations(rule, row):
                case = facts.first_case(cases, facts.environment(row, rule))
                if case is not None and "card" in case:
                    yield row, words, rule["rule"], case


def notes(case: Mapping[str, Any]) -> Iterator[str]:
    for one in advice(case):
        for key in ("note", "only_if"):
            if key in one:
                yield one[key]["en"]


def wrong(row: Any, words: str, note: str) -> Iterator[str]:
    """Every sign that a note belongs to another row."""
    if not row.facts:  # rows of facts alone have no words to compare with
        yield from (left for left, right in PAIRS if re.search(left, note) and not re.search(right, words))
    alone = GENE_ALONE.search(note)
    if alone:
        known = {gene for gene, (kind, value) in row.keys.items() if value not in OPEN and kind != "no_result"}
        if known != {alone[1]}:
            yield f"based on {alone[1]}, known {sorted(known)}"
    untested = any(value in OPEN or kind == "no_result" for kind, value in row.keys.values())
    if "Level of the FDA label" in note and not untested:
        yield "a test is asked for although every result is known"
    unknown = GENE_NOT_KNOWN.search(note)
    if unknown and row.keys.get(unknown[1], ("", "n/a"))[1] not in OPEN:
        yield f"{unknown[1]} is known"


@needs_shared
def test_a_note_says_what_its_own_row_says() -> None:
    found = {
        (rule, case["case"], note, sign)
        for row, words, rule, case in spoken(guideline_rules())
        for note in notes(case)
        for sign in wrong(row, words, note)
    }
    assert found == set()


@needs_shared
@pytest.mark.parametrize(
    ("drug", "note", "belongs"),
    [
        ("imipramine", "Too little effect is to be expected.", "cyp2d6-ultrarapid-alone"),
        ("halothane", "RYR1 is not known.", "uncertain-by-cacna1s-alone"),
        ("amikacin", "An increased risk is neither shown nor excluded.", "uncertain-risk"),
        ("codeine", "Too much of the active metabolite is made.", "ultrarapid"),
    ],
)
def test_a_note_of_another_case_is_noticed(drug: str, note: str, belongs: str) -> None:
    rules = {drug: guideline_rules()[drug]}
    signs: dict[str, set[str]] = {}
    for row, words, _, case in spoken(rules):
        signs.setdefault(case["case"], set()).update(wrong(row, words, note))
    assert not signs[belongs]
    assert any(found for name, found in signs.items() if name != belongs)
