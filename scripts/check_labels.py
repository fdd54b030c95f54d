"""Compare every tumor rule with the facts of the labels, test decisions and publications that it cites.

    scripts/check_labels.py [DATA]   DATA holds data/biomarkers; else PMCDS_SHARED, else ../shared beside the checkout

A citation counts as verified if one fact row of that label (application and date) names the rule's biomarker, one of
its drugs and its tumor type together; a test decision if it stands in the list with number and date and names gene or
drug; a publication if CIViC lists it under that number with a direction and meaning that support the rule. Nothing of
the library is used, so that an error in one of the two shows as a difference. Exit status 1 with any error.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
RULES = CHECKOUT / "cards" / "tumor"
TODAY = date(2026, 11, 26)
# EV-08: drugs or uses that were taken back; never advised by an active rule.
WITHDRAWN = {
    "mobocertinib": "withdrawn by the manufacturer",
    "infigratinib": "withdrawn by the manufacturer",
    "tazemetostat": "manufacturer 2026-03-09; withdrawal of approval reported for 2026-06-22",
}
# Accelerated approvals whose label snapshot is old, seen confirmed in later public copies (the rule says so).
CONFIRMED_LATER = {"FL-NDA214665-01", "FL-NDA216340-01"}
# Drafts that were open and are settled, each with the source that was missing.
SETTLED_SINCE = {"NSCLC-EGFR-C797S-R": "a second publication: Mu et al., 2020, doi 10.1007/s00432-020-03239-1"}
STALE, OLD = 36, 24
WARNING_ACTIONS = ("not-indicated",)
# What the sections call a gene or marker of the rules; the name itself always counts.
CALLED = {
    "ERBB2": ("ERBB2/HER2",), "HER2 status": ("ERBB2/HER2",), "HER2 score": ("ERBB2/HER2", "IHC 3+"),
    "ABL1": ("BCR-ABL1/Ph+", "T315I"), "RARA": ("PML-RARA",), "H3-3A": ("H3 K27M",), "KMT2A": ("KMT2A",),
    "BRCA1": ("BRCA", "HRR"), "BRCA2": ("BRCA", "HRR"), "hormone receptors": ("ER/HR", "TNBC"), "ER": ("ER/HR",),
    "microsatellites or mismatch repair": ("MSI-H", "dMMR", "pMMR"), "MMR": ("dMMR", "pMMR"), "TMB": ("TMB-H",),
    "PD-L1 TPS": ("PD-L1", "TPS"), "PD-L1 CPS": ("PD-L1", "CPS"), "PD-L1 TC": ("PD-L1",), "PD-L1 IC": ("PD-L1",),
    "NTRK1": ("NTRK",), "PDGFRA": ("PDGFRA", "PDGFR", "D842V"), "PDGFRB": ("PDGFR",), "FR alpha": ("FOLR1",),
    "CD117": ("KIT",), "c-Met protein": ("MET",), "EGFR protein": ("EGFR",), "TSC1": ("TSC",), "TSC2": ("TSC",),
    "KRAS": ("KRAS", "RAS", "G12C"), "NRAS": ("NRAS", "RAS"),
}  # fmt: skip
# Words of the tumor types, as the sections name them.
SITES = {
    "melanoma": ("melanoma",), "lung": ("non-small cell lung", "NSCLC"), "colorectal": ("colorectal", "CRC"),
    "breast": ("breast", "TNBC"), "ovarian": ("ovarian", "fallopian", "peritoneal"), "prostate": ("prostate",),
    "pancreatic adeno": ("pancreatic",), "gastrointestinal stromal": ("GIST", "gastrointestinal stromal"),
    "myofibroblastic": ("inflammatory myofibroblastic",), "acute myeloid": ("AML", "acute myeloid leukemia"),
    "acute leukemia": ("acute leukemia", "AML", "acute myeloid leukemia"), "myelodysplastic": ("myelodysplastic",),
    "promyelocytic": ("APL", "acute promyelocytic"), "chronic myeloid": ("CML", "chronic myel"),
    "BCR-ABL1": ("CML", "chronic myel", "ALL"), "lymphoblastic": ("ALL", "acute lymphoblastic"),
    "PDGFR": ("myelodysplastic", "hypereosinophilic", "myeloid/lymphoid"), "FGFR1": ("myeloid/lymphoid",),
    "chronic lymphocytic": ("CLL",), "follicular": ("follicular lymphoma",),
    "cholangiocarcinoma": ("cholangiocarcinoma",),
    "biliary": ("biliary tract",), "urothelial": ("urothelial",), "thyroid": ("thyroid", "anaplastic thyroid"),
    "medullary thyroid": ("medullary thyroid", "thyroid"), "glioma": ("glioma",), "astrocytoma": ("astrocytoma",),
    "Erdheim": ("Erdheim-Chester",), "gastric": ("gastric", "gastroesophageal"), "endometrial": ("endometrial",),
    "cervical": ("cervical",), "head and neck": ("HNSCC",), "renal cell": ("renal cell", "hemangioblastoma"),
    "angiomyolipoma": ("angiomyolipoma",), "anaplastic large": ("lymphoma",), "mastocytosis": ("mastocytosis",),
    "solid": ("solid tumors",), "glioblastoma": ("glioma",),
}  # fmt: skip
_APPLICATION = re.compile(r"\b((?:NDA|BLA)\d{6})\b")
_DECISION = re.compile(r"\b([PH]\d{6})(?:/(S\d{3}))?")
_DRAFT = re.compile(r"^# Draft: (.+)$", re.MULTILINE)
_CHANGE = re.compile(r"p\.([A-Z][a-z]{2})(\d+)([A-Z][a-z]{2})")
_LETTERS = {
    "Ala": "A", "Arg": "R", "Asn": "N", "Asp": "D", "Cys": "C", "Gln": "Q", "Glu": "E", "Gly": "G", "His": "H",
    "Ile": "I", "Leu": "L", "Lys": "K", "Met": "M", "Phe": "F", "Pro": "P", "Ser": "S", "Thr": "T", "Trp": "W",
    "Tyr": "Y", "Val": "V",
}  # fmt: skip
_SYMBOL = re.compile(r"\b[A-Z][A-Z0-9]{2,}(?:-3[AB])?\b")
_ID = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule file with the ids of the drafts that it comes from."""

    path: str
    document: Mapping[str, Any]
    drafts: tuple[str, ...]

    @property
    def active(self) -> bool:
        """True if the rule is evaluated."""
        return bool(self.document["status"] == "active")

    @property
    def order_side(self) -> bool:
        """True for a rule about an order."""
        return "drug" in self.document["ask"]

    @property
    def cancers(self) -> list[str]:
        """Tumor types of the rule."""
        return many(self.document["ask"].get("cancer"))

    @property
    def markers(self) -> list[str]:
        """Genes and markers that the rule asks for."""
        know = self.document["ask"].get("know") or {}
        # A category over several genes names them in its own name.
        subjects = many(know.get("variant"))
        genes = [gene for text in subjects for gene in (text.partition(" ")[0], *_SYMBOL.findall(text))]
        return [*dict.fromkeys(genes), *many(know.get("biomarker"))]

    @property
    def drugs(self) -> list[str]:
        """Drugs that the rule is about, or that it names as options."""
        named = [other["drug"] for advice in self.advice() for other in advice.get("instead") or ()]
        return list(dict.fromkeys([*many(self.document["ask"].get("drug")), *named]))

    def cases(self) -> Iterator[Mapping[str, Any]]:
        """Every case, of all populations."""
        for part in self.document.get("populations") or (self.document,):
            yield from part["cases"]

    def advice(self) -> Iterator[Mapping[str, Any]]:
        """Every piece of advice."""
        for case in self.cases():
            if "card" in case:
                advice = case["card"]["advice"]
                yield from advice if isinstance(advice, list) else [advice]


@dataclass(slots=True)
class Report:
    """What was found: errors, warnings, and how many citations of each kind are verified."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    verified: Counter[str] = field(default_factory=Counter)
    cited: Counter[str] = field(default_factory=Counter)


def many(value: Any) -> list[Any]:
    """A value that may stand alone, in a list, or not at all."""
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


class Facts:
    """The facts of one data directory."""

    def __init__(self, data: Path) -> None:
        self.labels = lines(data / "labels" / "fda_label_facts.jsonl")
        self.decisions = lines(data / "labels" / "fda_cdx_facts.jsonl")
        self.civic = {row["evidence_id"]: row for row in lines(data / "civic" / "civic_2019-10_evidence_levelAB.jsonl")}
        self.drafts = {row["rule_id"]: row for row in lines(data / "rules" / "tumor_rules_draft.jsonl")}
        self.cancers = yaml.safe_load((CHECKOUT / "cards/terms/cancers.yaml").read_text(encoding="utf-8"))["cancers"]


def read_rules(folder: Path = RULES) -> list[Rule]:
    """Every tumor rule that comes from a draft, in order of paths."""
    found = []
    for path in sorted(folder.rglob("*.yaml")):
        if not path.name.endswith(".test.yaml"):
            text = path.read_text(encoding="utf-8")
            stated = _DRAFT.search(text)
            drafts = tuple(_ID.findall(stated[1].partition("(")[0])) if stated else ()
            found.append(Rule(str(path.relative_to(folder)), yaml.load(text, Loader=yaml.CBaseLoader), drafts))
    return found


def months(earlier: date, later: date) -> int:
    """Whole months between two days."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def check_rule(rule: Rule, facts: Facts, report: Report) -> None:
    """All that one rule must keep (LINT-01 to LINT-10, LINT-13)."""
    if not rule.drafts:
        return
    supported: set[str] = set()
    for name, source in rule.document["evidence"].items():
        kind = source["source"]
        label = f"{rule.path}: {name}"
        if kind == "FDA label":
            supported |= _label(rule, source, facts, report, label)
        elif kind == "FDA companion diagnostic":
            supported |= _decision(rule, source, facts, report, label)
        elif "pmid" in source:
            _publication(rule, source, facts, report, label)
    _variants(rule, facts, report)
    _drugs(rule, supported, report)
    _sites(rule, facts, report)
    _wording(rule, facts, report)
    _sources(rule, report)


def _say(rule: Rule, report: Report, text: str) -> None:
    (report.errors if rule.active else report.warnings).append(text)


def _label(rule: Rule, source: Mapping[str, Any], facts: Facts, report: Report, label: str) -> set[str]:
    """The drugs that the label speaks for; a fact row must name biomarker, drug and tumor together."""
    report.cited["label"] += 1
    number = _APPLICATION.search(source.get("title", ""))
    rows = [row for row in facts.labels if number and row["application"] == number[1]]
    if not rows:
        _say(rule, report, f"{label}: no facts of this application")
        return set()
    dated = [row for row in rows if row["label_date"] == source["date"]]
    if not dated:
        _say(rule, report, f"{label}: the label date is not that of the facts (LINT-04)")
    fitting = [row for row in dated if _names_marker(rule, row) and _names_site(rule, row) and _names_drug(rule, row)]
    if dated and not fitting:
        _say(rule, report, f"{label}: no row names biomarker, tumor and drug together (LINT-01, 02, 03)")
    for row in fitting:
        _dates(rule, source, row, report, label)
    if fitting:
        report.verified["label"] += 1
    return {name for row in fitting for name in (*_ingredients(row), *row["other_drugs_named"])}


def _ingredients(row: Mapping[str, Any]) -> list[str]:
    words = re.split(r"; | and ", row["ingredient"])
    return [word.removesuffix(" acetate").strip().lower() for word in words]


def _names_marker(rule: Rule, row: Mapping[str, Any]) -> bool:
    markers = rule.markers
    named = set(row["biomarkers_named"])
    return not markers or any(named & {marker, *CALLED.get(marker, ())} for marker in markers)


def _names_site(rule: Rule, row: Mapping[str, Any]) -> bool:
    words = {word for cancer in rule.cancers for part, said in SITES.items() if part in cancer for word in said}
    return bool(words & set(row["tumor_terms_named"]))


def _names_drug(rule: Rule, row: Mapping[str, Any]) -> bool:
    return bool({*_ingredients(row), *row["other_drugs_named"]} & set(rule.drugs))


def _dates(rule: Rule, source: Mapping[str, Any], row: Mapping[str, Any], report: Report, label: str) -> None:
    stated = date.fromisoformat(source["date"])
    first = row["first_approved"]
    if first and stated < date.fromisoformat(first):
        _say(rule, report, f"{label}: older than the indication (LINT-04)")
    if any("approved after" in flag for flag in row["flags"]):
        _say(rule, report, f"{label}: the indication is younger than the cited label (LINT-04)")
    age = months(stated, TODAY)
    accelerated = row["accelerated_approval_stated"] and row["id"] not in CONFIRMED_LATER
    if age > STALE and accelerated and not rule.order_side:
        _say(rule, report, f"{label}: {row['id']} is an accelerated approval, label {age} months old (LINT-13)")
    elif age > OLD:
        report.warnings.append(f"{label}: label {age} months old (LINT-13)")


def _decision(rule: Rule, source: Mapping[str, Any], facts: Facts, report: Report, label: str) -> set[str]:
    report.cited["decision"] += 1
    number = _DECISION.search(source.get("title", ""))
    rows = [
        row
        for row in facts.decisions
        if number and row["pma"] == number[1] and row["supplement"] == number[2]
        and row["decision_date"] == source["date"]
    ]  # fmt: skip
    if not rows:
        _say(rule, report, f"{label}: no such decision with this date (LINT-07)")
        return set()
    genes = {gene for marker in rule.markers for gene in (marker, *CALLED.get(marker, ()))}
    named = [
        row for row in rows
        if not row["text_available"] or genes & set(row["genes_named"]) or set(rule.drugs) & set(row["drugs_named"])
    ]  # fmt: skip
    if not named:
        report.warnings.append(f"{label}: the decision's text names neither gene nor drug of the rule")
        return set()
    report.verified["decision"] += 1
    return {drug for row in named for drug in row["drugs_named"]}


def _publication(rule: Rule, source: Mapping[str, Any], facts: Facts, report: Report, label: str) -> None:
    """The publication supports what the rule says (LINT-06)."""
    report.cited["publication"] += 1
    row = facts.civic.get(source.get("title", "").removeprefix("CIViC EID"))
    if row is None or row["source_type"] != "PubMed" or row["citation_id"] != source["pmid"]:
        _say(rule, report, f"{label}: not in CIViC under this number (EV-05)")
        return
    if row["evidence_direction"] != "Supports":
        _say(rule, report, f"{label}: the evidence does not support (LINT-06)")
        return
    drugs = " ".join((row.get("drugs") or "").lower().replace(",", " ").split())
    if drugs and not any(drug in drugs for drug in rule.drugs):
        report.warnings.append(f"{label}: CIViC names other drugs ({row['drugs']})")
    report.verified["publication"] += 1


def _variants(rule: Rule, facts: Facts, report: Report) -> None:
    """Single variants stand in a cited section, in a decision on gene and drug, or in a cited record (LINT-07)."""
    numbers = {number[1] for one in rule.document["evidence"].values() if (number := _APPLICATION.search(one["title"]))}
    told = {word for row in facts.labels if row["application"] in numbers for word in row["biomarkers_named"]}
    for row in facts.decisions:
        if set(rule.markers) & set(row["genes_named"]) and set(rule.drugs) & set(row["drugs_named"]):
            told |= set(row["variants_named"])
    cited = {one.get("title", "").removeprefix("CIViC EID") for one in rule.document["evidence"].values()}
    told |= {word for name in cited if name in facts.civic for word in facts.civic[name]["variant"].split()}
    for subject in many((rule.document["ask"].get("know") or {}).get("variant")):
        change = _CHANGE.search(subject)
        if change is None or change[1] not in _LETTERS or change[3] not in _LETTERS:
            continue
        short = _LETTERS[change[1]] + change[2] + _LETTERS[change[3]]
        if short not in told:
            report.warnings.append(f"{rule.path}: {short} stands in no cited section or decision (LINT-07)")


def _drugs(rule: Rule, supported: set[str], report: Report) -> None:
    """Each drug stands in a cited label or decision; no withdrawn one is advised (LINT-02, LINT-10)."""
    by_label = any(source["source"].startswith("FDA") for source in rule.document["evidence"].values())
    for drug in rule.drugs:
        if by_label and drug not in supported:
            _say(rule, report, f"{rule.path}: no cited label speaks of {drug} for this use (LINT-02)")
        if drug in WITHDRAWN and rule.active:
            report.errors.append(f"{rule.path}: {drug} is withdrawn ({WITHDRAWN[drug]}) (LINT-10)")


def _sites(rule: Rule, facts: Facts, report: Report) -> None:
    """The tumor type of the rule includes and excludes the nodes of its drafts (LINT-09)."""
    wanted = [facts.drafts[name] for name in rule.drafts if name in facts.drafts]
    for name in rule.cancers:
        entry = facts.cancers.get(name)
        if entry is None:
            report.errors.append(f"{rule.path}: tumor type {name} is not known (LINT-09)")
            continue
        nodes = set(many(entry.get("oncotree")))
        for row in wanted:
            condition = row["therapy_conditions"].values()
            narrowed = [set(one["oncotree_include"]) for one in condition if "oncotree_include" in one]
            if nodes not in (set(row["oncotree_include"]), *narrowed) and len(rule.drafts) == 1:
                report.errors.append(f"{rule.path}: tumor type {name} is not that of {row['rule_id']} (LINT-09)")
            if not set(row["oncotree_exclude"]) <= set(many(entry.get("exclude"))) and len(rule.drafts) == 1:
                report.errors.append(f"{rule.path}: tumor type {name} lacks exclusions of {row['rule_id']} (LINT-09)")


def _wording(rule: Rule, facts: Facts, report: Report) -> None:
    """ "Not indicated" only where a cited section says so (LINT-05)."""
    if not any(advice["action"] in WARNING_ACTIONS for advice in rule.advice()):
        return
    numbers = {
        (number[1], source["date"])
        for source in rule.document["evidence"].values()
        if (number := _APPLICATION.search(source.get("title", "")))
    }
    rows = [row for row in facts.labels if (row["application"], row["label_date"]) in numbers]
    said = ("excludes_wild_type_stated", "excludes_unknown_status_stated", "limitation_of_use")
    if not any(row[flag] for row in rows for flag in said if _names_site(rule, row) or row["limitation_of_use"]):
        _say(rule, report, f"{rule.path}: no cited section says not indicated (LINT-05)")


def _sources(rule: Rule, report: Report) -> None:
    """A label or decision, or two publications (EV-02)."""
    kinds = [source["source"].startswith("FDA") for source in rule.document["evidence"].values()]
    if not any(kinds) and len(kinds) < 2:
        _say(rule, report, f"{rule.path}: one publication only (EV-02)")


def check_exceptions(rules: Sequence[Rule], report: Report) -> None:
    """A warning about a gene whose labeled combination holds the same drug needs an exception (LINT-11)."""
    options = [rule for rule in rules if not rule.order_side]
    for rule in (rule for rule in rules if rule.order_side and rule.active):
        if not any(advice["action"] in WARNING_ACTIONS for advice in rule.advice()) or not rule.markers:
            continue
        wanted = [case.get("if") for case in rule.cases() if "card" in case]
        if "present" not in json.dumps(wanted):
            continue
        for other in options:
            same = set(rule.markers) & set(other.markers) and set(rule.cancers) & set(other.cancers)
            needs_partner = len(other.drugs) > 1 and set(rule.drugs) & set(other.drugs)
            shown = json.dumps(next((case.get("if") for case in other.cases() if "card" in case), None))
            if same and needs_partner and "present" in shown and "ordered_with" not in json.dumps(rule.document):
                report.errors.append(f"{rule.path}: {other.path} labels a combination with the same drug (LINT-11)")


def check_drafts(rules: Sequence[Rule], facts: Facts, report: Report) -> None:
    """Every draft has a rule; what is not verified or withdrawn is never active."""
    told = {name for rule in rules for name in rule.drafts}
    for name in sorted(set(facts.drafts) - told):
        report.errors.append(f"draft {name} has no rule")
    for rule in rules:
        for name in rule.drafts:
            row = facts.drafts.get(name)
            if row is None:
                report.errors.append(f"{rule.path}: {name} is no draft")
            elif rule.active and not row["verified"] and name not in SETTLED_SINCE:
                report.errors.append(f"{rule.path}: {name} is not verified, so the rule may not be active")


def check(rules: Sequence[Rule], facts: Facts) -> Report:
    """The report of all rules."""
    report = Report()
    check_drafts(rules, facts, report)
    for rule in rules:
        check_rule(rule, facts, report)
    check_exceptions(rules, report)
    return report


def text(rules: Sequence[Rule], report: Report) -> str:
    """The report for people."""
    states = Counter(rule.document["status"] for rule in rules if rule.drafts)
    drafts = {name for rule in rules for name in rule.drafts}
    said = [f"error: {line}" for line in report.errors] + [f"note: {line}" for line in report.warnings]
    said.append(f"{sum(states.values())} rules of {len(drafts)} drafts: {dict(sorted(states.items()))}")
    counts = ", ".join(f"{kind} {report.verified[kind]} of {count}" for kind, count in sorted(report.cited.items()))
    said.append(f"citations verified: {counts}")
    said.append(f"{len(report.errors)} errors, {len(report.warnings)} notes")
    return "\n".join(said) + "\n"


def data_directory(given: str | None = None) -> Path | None:
    """The directory of the facts, or None."""
    base = Path(given or os.environ.get("PMCDS_SHARED") or CHECKOUT.parent / "shared")
    return next((path for path in (base, base / "data" / "biomarkers") if (path / "labels").is_dir()), None)


def main(arguments: Sequence[str]) -> int:
    """Print the report."""
    data = data_directory(arguments[0] if arguments else None)
    if data is None:
        sys.stderr.write("no label facts found\n")
        return 2
    rules = read_rules()
    report = check(rules, Facts(data))
    sys.stdout.write(text(rules, report))
    return 1 if report.errors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
