#!/usr/bin/env python3
"""Compare the germline, laboratory, polygenic and wearable rows of the reference data with the rule files.

Each rule file names its rows in the comments above it ("row GL-..."). A row has rules, or a reason why it has none.
Printed are: rows without either, drugs and publications of a row that no rule of it has, active rules whose facts of
labels are not those of the data, active rules that do not say what was read, drafts without a reason; then every
draft with its reason. The document of evidence is written from the same files: see other_rules_page.py.

    scripts/check_other_rules.py [DATA]      DATA holds data/biomarkers; else PMCDS_SHARED, else ../shared
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
ROWS = Path("rules/other_rules_draft.jsonl")
LABELS = Path("labels/fda_label_facts.jsonl")
FAMILIES = ("germline", "lab", "prs", "wearable")
FOLDERS = ("germline", "laboratory")

_ROW = re.compile(r"\b[Rr]ow ((?:GL|LAB|PRS|WR)-[A-Z0-9-]*[A-Z0-9])")
_REASON = re.compile(r"Why draft: (.+)")
_READ = re.compile(r"\bRead: (.+)")
_PMID = re.compile(r"(?:PMID |; )(\d{7,8})")
_APPLICATION = re.compile(r"\b(?:NDA|BLA)\d{6}\b")

# Rows that no rule file has, and why.
NOT_BUILT = {
    "GL-MTRNR1": "belongs to the pharmacogenomic rules (one owner for each gene)",
    "GL-G6PD": "belongs to the pharmacogenomic rules; the measured activity is laboratory/g6pd/rasburicase",
    "GL-CFTR": "belongs to the pharmacogenomic rules",
    "GL-NDM": "KCNJ11 and ABCC8 have no id in the sources, and the source was not verified",
    "GL-SMA": "asks for copy numbers of two genes, which no kind of question holds",
    "GL-DMD": "asks for deletions by exon, which no gene file describes",
    "GL-FABRY": "the label's list of amenable variants is not among the sources",
    "GL-ACMG-SF": "one card for any of 84 genes needs a question about a list of genes",
    "GL-VUS-GUARD": "no question asks for a variant of any gene; that such variants never act is tested for every rule",
    "GL-FAMHX": "family history is read and shown, never asked (off by default)",
    "GL-TUMOR-TEST": "the criteria are not open and are not copied",
    "LAB-FIB4": "a computed index needs a reader that names its four inputs and their dates",
    "LAB-ONCOTYPE": "belongs to the tumor rules",
    "LAB-TROPONIN": "refused by design: detection of infarction from values over time is a device",
    "PRS-ANC-GUARD": "ancestry method and calibration of a score are not read, so their absence cannot be asked",
    "WR-STEPS": "no reader of summarized metrics with period and missing days",
    "WR-RHYTHM": "refused by design: analysis of rhythm is a device",
    "WR-CGM": "refused by design: patterns of glucose streams are a device",
}
# Drugs that a row names and that its rules leave out, each with the reason.
LEFT_OUT = {
    ("GL-BRUGADA", "propofol"): "not in the labels at hand",
    ("LAB-EGFR-DRUGS", "methotrexate"): "label not read",
    ("LAB-EGFR-DRUGS", "enoxaparin"): "label not read",
    ("LAB-HBV", "ofatumumab"): "label not read",
    ("LAB-EOS", "mepolizumab"): "section 1 of the label sets no number",
    ("LAB-EOS", "benralizumab"): "section 1 of the label sets no number",
    ("LAB-ACHR", "efgartigimod alfa"): "label not read",
    ("LAB-ACHR", "inebilizumab"): "label not read",
    ("LAB-G6PD-UNK", "primaquine"): "the genotype rules suggest the test",
    ("LAB-G6PD-UNK", "tafenoquine"): "the genotype rules suggest the test",
    ("LAB-G6PD-UNK", "pegloticase"): "the genotype rules suggest the test",
    ("LAB-G6PD-UNK", "dapsone"): "the genotype rules suggest the test",
    ("GL-LYNCH-ASA", "aspirin"): "an option at patient-view; the order of aspirin asks nothing",
    ("GL-HFE", "iron"): "iron orders are not asked",
}
# Publications that a row names and that its rules leave out, each with the reason.
NOT_CITED = {
    ("GL-FH", "30423393"): "of the guideline only the table of contents was read",
    ("GL-HHT", "32894695"): "the guideline was read in reports of others only",
    ("GL-HBOC-BRCA", "31429903"): "not read; by its title it is about whom to assess and test",
    ("GL-MEN2-RET", "25810047"): "the abstract names nothing that the rule says",
}


@dataclass(frozen=True)
class RuleFile:
    """A rule as written, the comments above it, and the rows that these name."""

    name: str
    document: Mapping[str, Any]
    comment: str

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that the comments name."""
        return tuple(dict.fromkeys(_ROW.findall(self.comment)))

    @property
    def draft(self) -> bool:
        """True if the rule is not active."""
        return str(self.document["status"]) != "active"

    @property
    def reason(self) -> str | None:
        """Why it is a draft."""
        found = _REASON.search(self.comment)
        return found[1] if found else None

    @property
    def read(self) -> str | None:
        """What was read, and where."""
        found = _READ.search(self.comment)
        return found[1] if found else None

    @property
    def drugs(self) -> tuple[str, ...]:
        """The drugs that it is about."""
        stated = self.document["ask"].get("drug", [])
        return (stated,) if isinstance(stated, str) else tuple(stated)


def read_rules(cards: Path) -> tuple[RuleFile, ...]:
    """Every germline and laboratory rule."""
    found = []
    for folder in FOLDERS:
        for path in sorted((cards / folder).rglob("*.yaml")):
            if not path.name.endswith(".test.yaml"):
                found.append(_rule(path, cards))
    return tuple(found)


def _rule(path: Path, cards: Path) -> RuleFile:
    text = path.read_text(encoding="utf-8")
    head = (line[1:].strip() for line in text.splitlines() if line.startswith("#"))
    document = yaml.load(text, Loader=yaml.CBaseLoader)
    return RuleFile(path.relative_to(cards).as_posix().removesuffix(".yaml"), document, " ".join(head))


def read_rows(data: Path) -> tuple[Mapping[str, Any], ...]:
    """The rows of these families."""
    lines = (data / ROWS).read_text(encoding="utf-8").splitlines()
    rows = (json.loads(line) for line in lines if line)
    return tuple(row for row in rows if row["family"] in FAMILIES)


def drug_names(cards: Path) -> frozenset[str]:
    """Names of drugs that the terms list."""
    lines = (cards / "terms" / "drugs.tsv").read_text(encoding="utf-8").splitlines()
    table = (line.split("\t")[0] for line in lines[1:] if line and not line.startswith("#"))
    more = yaml.load((cards / "terms" / "drugs_more.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return frozenset((*table, *more["drugs"]))


def differences(
    rows: Sequence[Mapping[str, Any]], rules: Sequence[RuleFile], drugs: frozenset[str], labels: Sequence[Any]
) -> Iterator[str]:
    """What differs, one line for each."""
    names = {row["rule_id"] for row in rows}
    for rule in rules:
        if not rule.rows and "no row of the draft" not in rule.comment:
            yield f"{rule.name}: names no row"
        for unknown in (row for row in rule.rows if row not in names):
            yield f"{rule.name}: there is no row {unknown}"
        if rule.draft and rule.reason is None:
            yield f"{rule.name}: a draft without a reason"
        if not rule.draft and rule.read is None:
            yield f"{rule.name}: does not say what was read"
        yield from _labels(rule, labels)
    for row in rows:
        yield from _row(row, [rule for rule in rules if row["rule_id"] in rule.rows], drugs)


def _row(row: Mapping[str, Any], rules: Sequence[RuleFile], drugs: frozenset[str]) -> Iterator[str]:
    name = row["rule_id"]
    if not rules:
        if name not in NOT_BUILT:
            yield f"{name}: has neither a rule nor a reason"
        return
    if name in NOT_BUILT:
        yield f"{name}: has a rule ({rules[0].name}) and a reason for having none"
    own = {drug for rule in rules for drug in rule.drugs}
    for drug in sorted(_named(row, drugs) - own):
        if (name, drug) not in LEFT_OUT:
            yield f"{name}: {drug} is in no rule of the row"
    cited = {str(source.get("pmid")) for rule in rules for source in rule.document["evidence"].values()}
    for pmid in _PMID.findall(str(row["citation"])):
        if pmid not in cited and (name, pmid) not in NOT_CITED:
            yield f"{name}: PMID {pmid} is cited by no rule of the row"


def _named(row: Mapping[str, Any], drugs: frozenset[str]) -> set[str]:
    """Drugs whose name stands in the trigger of the row."""
    text = str(row["co_trigger"]).lower()
    return {drug for drug in drugs if len(drug) > 3 and re.search(rf"(?<![\w-]){re.escape(drug)}(?![\w-])", text)}


def _labels(rule: RuleFile, labels: Sequence[Any]) -> Iterator[str]:
    """An application number that a rule cites must have the label facts' date, section and link."""
    for name, source in rule.document["evidence"].items():
        for number in _APPLICATION.findall(source.get("title", "")):
            facts = [label for label in labels if label["application"] == number]
            stated = (source["date"], source.get("section"), source["url"])
            if not any(stated == (fact["label_date"], fact["section"], fact["url"]) for fact in facts):
                yield f"{rule.name}: {name} ({number}) is not as in the label facts"


def cited(rule: RuleFile) -> str:
    """The sources of a rule with section and date."""
    sources = rule.document["evidence"].values()
    return "; ".join(
        ", ".join(filter(None, (s["source"], s.get("title"), s.get("section"), s["date"]))) for s in sources
    )


def report(data: Path, cards: Path) -> tuple[int, str]:
    """The number of differences, and the whole text."""
    rows, rules = read_rows(data), read_rules(cards)
    labels = [json.loads(line) for line in (data / LABELS).read_text(encoding="utf-8").splitlines() if line]
    found = list(differences(rows, rules, drug_names(cards), labels))
    drafts = [rule for rule in rules if rule.draft]
    lines = [*found, *(f"active {rule.name}: {cited(rule)}" for rule in rules if not rule.draft)]
    lines += [f"draft {rule.name}: {rule.reason}" for rule in drafts]
    lines += [f"not built {name}: {reason}" for name, reason in sorted(NOT_BUILT.items())]
    active = len(rules) - len(drafts)
    lines.append(f"{len(rows)} rows, {active} active rules, {len(drafts)} drafts, {len(found)} differences")
    return len(found), "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Print the report; 1 if there is any difference, 2 without data."""
    base = Path(arguments[0] if arguments else os.environ.get("PMCDS_SHARED", CHECKOUT.parent / "shared"))
    data = base / "data" / "biomarkers" if (base / "data" / "biomarkers").is_dir() else base
    if not (data / ROWS).exists():
        sys.stderr.write(f"no rows in {data}\n")
        return 2
    count, text = report(data, CHECKOUT / "cards")
    sys.stdout.write(text)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
