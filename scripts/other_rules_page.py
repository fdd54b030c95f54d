#!/usr/bin/env python3
"""Write docs/evidence/biomarkers-other.md: what each germline and laboratory rule rests on, and which test holds what.

scripts/other_rules_page.py [--check]     with --check nothing is written; exit status 1 if the page would differ
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from check_other_rules import CHECKOUT, FOLDERS, LEFT_OUT, NOT_BUILT, NOT_CITED, RuleFile, cited, read_rules

PAGE = CHECKOUT / "docs" / "evidence" / "biomarkers-other.md"
TESTS = ("tests/germline", "tests/laboratory", "tests/tumor", "tests/evidence")
# Names of tests begin with the id that they hold: test_gl_03_..., test_wr_steps_..., test_h31_...
_TEST = re.compile(r"^def test_((gl|lab|prs|vt|st|in|card|fr|c|h)_?(\d+)|(wr)_([a-z]+))(_\w+)", re.MULTILINE)
_MINE = ("gl", "lab", "prs", "wr")
_OTHERS = (
    "vt_08",
    "vt_09",
    "st_03",
    "st_08",
    "in_22",
    "card_24",
    "card_45",
    "card_46",
    "fr_02",
    "fr_33",
    "c_22",
    "h31",
    "h34",
)

HEAD = """# Germline and laboratory rules: sources, drafts, tests

Written by `scripts/other_rules_page.py` from the rule files and the tests; do not edit. For reviewers: each rule still
waits for a clinician (`reviewed.by: pending clinical review`).

**What counts as read.** A statement was read if its own words, with gene or analyte, drug and number, stood before
the reader: in the label, guideline, abstract or agency notice itself; on the page of its publisher (agency,
manufacturer, society, journal); or in a copy that reproduces the whole section and says of which label. The note tells
which of these it was. Quotes, summaries and reports of others do not count: such a rule is a draft. "Label date not
stated" means that the copy bears no date; those rules come first when labels are read anew.
"""
REFUSED = """\
- **Rhythm** (electrocardiograms, photoplethysmography, notifications of watches), **glucose streams** and any
  other series: analyzing a pattern is the business of a device. The rule format has no word for series, trend or
  slope; sampled data are not read as a value; the input has a line of its own in the ledger and says nothing.
- **Troponin over time**: not asked by any rule.
- **Wearables**: only a metric that somebody summarized and reviewed could be read (period, missing days, source). No
  reader of that exists, so no rule asks for one.
- **Polygenic scores**: nothing is computed from variants and no percentile from a score. A reported category may one
  day be shown beside ancestry method and calibration; until these can be asked, both rules are drafts.
- **Trends** of laboratory values: the newest final value counts, with its date. How old it may be is set per test in
  `cards/terms/observations.yaml` (`current_for`): potassium 3 months, glomerular filtration rate and creatinine
  clearance 12: our own caution and from no source; INR 1, as labels ask for one every 1 to 4 weeks. A site sets its
  own in a `terms/observations.yaml` of its folder. Where a value is too old, the card names its date and not the value.
"""

# Labels whose decisive sentence was read in a copy: what the publisher's own pages have of it, and where it was read.
COPIES = (
    (
        "Depakote, valproic acid (POLG, urea cycle)",
        "DailyMed: the medication guide only (liver damage with mitochondrial disorders)",
        "boxed warning (PillSync, from DailyMed), section 4 (WikiDoc)",
    ),
    ("Kerendia", "the manufacturer's page for professionals (potassium 4.8 to 5.0 mEq/L)", "section 2 (two copies)"),
    (
        "Trulicity",
        "no page; advertisements of the manufacturer say the same of MEN 2",
        "boxed warning and section 4 (four copies, FDA's approval label among them)",
    ),
    (
        "Premarin",
        "the US highlights of the manufacturer end before the sentence; its Canadian page names such disorders",
        "section 4 (label mirror of DrugCentral)",
    ),
    ("Selzentry", "no page with the sentence", "sections 1 and 2.1 (National HIV Curriculum, WikiDoc)"),
    ("Anectine, Rythmol, warfarin (Taro, Camber)", "not found", "see the notes of the rules"),
)
COPIES_HEAD = "The publisher's own text of these was looked for again on 2026-11-26."

# Tests that the specification names, each with its rules (by the beginning of their ids) and what is not asked.
NAMED = {
    "G6PD activity": (("laboratory/g6pd/",), "the laboratory's word decides, a bare number does not"),
    "TPMT activity": (("laboratory/tpmt-activity/",), "no source states a cut-off for every laboratory"),
    "NUDT15 activity": ((), "no source at hand names an assay of it; genotypes are read by the pharmacogenomic rules"),
    "renal function": (
        ("laboratory/egfr/", "laboratory/creatinine-clearance/", "laboratory/potassium/finerenone", "laboratory/uacr/"),
        "",
    ),
    "hepatic function": (
        ("laboratory/bilirubin/",),
        "Child-Pugh classes and multiples of the upper limit of normal are no numbers that can be asked (LAB-06)",
    ),
    "potassium": (("laboratory/potassium/",), ""),
    "HbA1c": (("laboratory/hba1c/",), ""),
    "ferritin and transferrin saturation": (("laboratory/iron/", "germline/hfe/"), ""),
    "INR": (("laboratory/inr/",), "target ranges depend on the indication and are not judged"),
    "hs-CRP": (("laboratory/hs-crp/",), ""),
    "lipids": (("laboratory/ldl/", "laboratory/lipoprotein-a/"), ""),
    "HLA serology": (
        (),
        "refused: one antigen covers several alleles; it neither shows nor excludes the one that a guideline names",
    ),
    "trends": ((), "refused by design, see below"),
    "old values": ((), "each test has its age limit (`current_for`); an older value neither alerts nor clears"),
}


def page(rules: Sequence[RuleFile], tests: Sequence[tuple[str, str, str]]) -> str:
    """The whole page."""
    active = [rule for rule in rules if not rule.draft]
    left_out = sorted((LEFT_OUT | NOT_CITED).items())
    parts = [
        HEAD, *_counts(rules), "## Active rules", "",
        *_table(("rule", "sources", "read"), [(_name(rule), cited(rule), rule.read or "") for rule in active]),
        "## Drafts", "", "A draft is checked and tested like any rule, and never speaks.", "",
        *_table(("rule", "why"), [(_name(rule), rule.reason or "") for rule in rules if rule.draft]),
        "## Rows without a rule", "", *_table(("row", "why"), sorted(NOT_BUILT.items())),
        "Left out of rows that have a rule:", "", *(f"- {row}: {what}: {why}" for (row, what), why in left_out), "",
        "## Tests that the specification names", "", *_table(("test", "rules, and what is not asked"), _named(rules)),
        "## Labels read in copies", "", COPIES_HEAD, "", *_table(("label", "at its publisher", "read in"), COPIES),
        "## Refused by design", "", REFUSED, "## Ids and their tests", "",
        *_table(("id", "test"), [(key, f"`{file}`: `{name}`") for key, file, name in tests]),
    ]  # fmt: skip
    return "\n".join(parts).rstrip() + "\n"


def _counts(rules: Sequence[RuleFile]) -> list[str]:
    rows = []
    for family in FOLDERS:
        mine = [rule for rule in rules if rule.name.startswith(family)]
        active = [rule for rule in mine if not rule.draft]
        off = sum(rule.document.get("audience") == "secondary" for rule in active)
        rows.append((family, str(len(active)), str(off), str(len(mine) - len(active))))
    stated = [one for rule in rules if not rule.draft for one in rule.document["evidence"].values()]
    sources = {(one["source"], one.get("title", "")) for one in stated}
    head = ("family", "active", "of these off by default", "draft")
    return ["## Counts", "", *_table(head, rows), f"Active rules cite {len(sources)} different sources.", ""]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [*("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines), ""]


def _named(rules: Sequence[RuleFile]) -> list[tuple[str, str]]:
    rows = []
    for test, (starts, note) in NAMED.items():
        own = [
            f"`{rule.name}` ({'draft' if rule.draft else 'active'})" for rule in rules if rule.name.startswith(starts)
        ]
        rows.append((test, "; ".join([", ".join(own), note] if own and note else [", ".join(own) or note])))
    return rows


def found_tests() -> list[tuple[str, str, str]]:
    """Id, file and name of each test that is named after an id of these families or of a trap that concerns them."""
    found = []
    for folder in TESTS:
        for path in sorted((CHECKOUT / folder).glob("test_*.py")):
            for match in _TEST.finditer(path.read_text(encoding="utf-8")):
                kind = match[2] or match[4]
                more = re.match(rf"_and_(?:{kind}_)?(\d+)", match[6])
                for number in (match[3] or match[5], *([more[1]] if more else [])):
                    key = f"{kind}_{number}"
                    if kind in _MINE or (key in _OTHERS and not folder.endswith("tumor")):
                        found.append((key, path.relative_to(CHECKOUT).as_posix(), f"test_{match[1]}{match[6]}"))
    return [(_shown(key), file, name) for key, file, name in sorted(found, key=_order)]


def _order(entry: tuple[str, str, str]) -> tuple[bool, str, str]:
    return (entry[0].split("_")[0] not in _MINE, entry[0], entry[2])


def _shown(key: str) -> str:
    return key.upper().replace("_", "-").replace("C-22", "C.22").replace("H-", "H")


def _name(rule: RuleFile) -> str:
    return f"`{rule.name}`" + (", off by default" if rule.document.get("audience") == "secondary" else "")


def main(arguments: Sequence[str]) -> int:
    """Write the page, or tell whether it is up to date."""
    text = page(read_rules(CHECKOUT / "cards"), found_tests())
    if "--check" in arguments:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
