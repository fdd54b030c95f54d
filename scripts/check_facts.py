"""Compare every guideline row of the reference data (CPIC, DPWG, FDA) with the rule files of its drug.

Each row is looked up with its own key: the first case that fits must have the row's population, strength, flags,
direction of advice and numbers. The small evaluator below shares no code with the library on purpose, so that an
error in one of the two shows as a difference.

    scripts/check_facts.py [DATA]      DATA holds data/pgx; else PMCDS_SHARED, else ../shared beside the checkout
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))

import facts_more

CHECKOUT = Path(__file__).resolve().parents[1]
FILES = ("recommendations.jsonl", "thiopurines_2025.jsonl")
FLAGS = ("dosing-information", "alternate-drug", "other-guidance")
FLAG_FIELDS = ("dosing_information", "alternate_drug_available", "other_prescribing_guidance")
LIMITS = {"at_least", "above", "at_most", "below"}
OPEN_WORLD = {"phenotype", "activity_score", "allele", "diplotype", "genotype", "variant", "biomarker", "laboratory"}

# What an action says about the drug, in the words that rows are compared in.
DIRECTION = {
    **dict.fromkeys(("avoid", "not-indicated", "resistant"), "avoid"),
    **dict.fromkeys(("use-alternative", "consider-alternative"), "alternative"),
    **dict.fromkeys(("reduce-dose", "limit-dose", "start-low", "extend-interval"), "lower"),
    **dict.fromkeys(("increase-dose", "shorten-interval"), "higher"),
    **dict.fromkeys(("measure-first",), "measure"),
    "adjust-dose": "either",
    "no-recommendation": "none",
    "standard-dose": "standard",
}
DECIDING = {"avoid", "alternative", "lower", "higher", "measure", "none"}


@dataclass(frozen=True, slots=True)
class Row:
    """One guideline row, with its key in the words of the rule files."""

    id: str
    drug: str
    population: str
    strength: str | None
    flags: tuple[str, ...] | None
    text: str
    other: str
    keys: Mapping[str, tuple[str, str]]
    facts: Mapping[str, Any] = field(default_factory=dict)


def read_rows(folder: Path) -> list[Row]:
    """Rows of both files; notes about copy numbers carry no advice and are left out."""
    rows: list[Row] = []
    for name in FILES:
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if not any(isinstance(v, dict) and v["kind"] == "note" for v in row["lookup"].values()):
                rows.append(_row(row))
    return rows


def _row(row: Mapping[str, Any]) -> Row:
    keys: dict[str, tuple[str, str]] = {}
    for gene, value in row["lookup"].items():
        text = value["value"] if isinstance(value, dict) else value
        kind = value["kind"] if isinstance(value, dict) else "phenotype"
        keys[gene] = (kind, text)
    flags = tuple(flag for flag, name in zip(FLAGS, FLAG_FIELDS, strict=True) if row[name]) if _has_flags(row) else None
    text, other = row.get("recommendation") or "", row.get("other_considerations") or ""
    return Row(
        row["id"], row["drug"], row["population"], row["strength"], flags, text, other, keys, row.get("facts", {})
    )


def _has_flags(row: Mapping[str, Any]) -> bool:
    """The thiopurine rows are facts only: their flags are set by what they say."""
    return all(name in row for name in FLAG_FIELDS)


def read_rules(folder: Path, source: str = "cpic") -> dict[str, list[dict[str, Any]]]:
    """Rule files of one source by drug."""
    rules: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((folder / "pharmacogenomics").rglob("*.yaml")):
        if path.name.endswith(".test.yaml"):
            continue
        rule = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        if rule.get("source", rule["rule"].rsplit("/", 1)[-1]) != source:
            continue
        for drug in many(rule["ask"].get("drug", [])):
            rules.setdefault(drug, []).append(rule)
    return rules


def many(value: Any) -> list[Any]:
    """A list of one or more."""
    return value if isinstance(value, list) else [value]


def environment(row: Row, rule: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The row's key as values of the questions that the rule asks."""
    values: dict[tuple[str, str], str] = {}
    for kind, subjects in rule["ask"]["know"].items():
        for subject in many(subjects):
            gene = subject.split("*", 1)[0] if kind == "allele" else subject
            values[(kind, subject)] = _value(kind, subject, row.keys.get(gene))
    return values


def _value(kind: str, subject: str, key: tuple[str, str] | None) -> str:
    if key is None or key[0] == "no_result" or key[1] == "No Result":
        return "unknown"
    if key[0] == "indeterminate" or key[1] in ("Indeterminate", "n/a"):
        return "indeterminate"
    if kind == "allele":
        allele, _, status = key[1].partition(" ")
        if not subject.endswith(allele):
            return "unknown"
        return {"positive": "present", "negative": "absent"}[status]
    if kind == "diplotype" or key[0] == "diplotype":
        return key[1] if kind == key[0] else "unknown"
    return key[1] if kind in ("activity_score", "genotype") else key[1].lower()


def holds(condition: Mapping[str, Any], values: Mapping[tuple[str, str], str]) -> bool:
    """Whether the condition of a rule file fits these values; facts that no row states do not fit."""
    return all(_part(key, part, values) for key, part in condition.items())


def _part(key: str, part: Any, values: Mapping[tuple[str, str], str]) -> bool:
    if key == "any":
        return any(holds(one, values) for one in part)
    if key == "all":
        return all(holds(one, values) for one in part)
    if key == "not":
        return not holds(part, values)
    if key not in OPEN_WORLD:
        return False
    return all(_fits(values.get((key, subject), "unknown"), wanted) for subject, wanted in part.items())


def _fits(value: str, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return value in many(wanted)
    number = re.fullmatch(r"(≥?)(\d+(?:\.\d+)?)", value)
    if number is None:
        return False
    open_ended, size = bool(number[1]), Decimal(number[2])
    limits = {name: Decimal(limit) for name, limit in wanted.items() if name in LIMITS}
    if open_ended and ("at_most" in limits or "below" in limits):
        return False
    return (
        size >= limits.get("at_least", size)
        and size <= limits.get("at_most", size)
        and ("above" not in limits or size > limits["above"])
        and ("below" not in limits or size < limits["below"])
    )


def first_case(cases: Sequence[Mapping[str, Any]], values: Mapping[tuple[str, str], str]) -> Mapping[str, Any] | None:
    """The first case that fits, as a reader of the file finds it."""
    return next((case for case in cases if holds(case.get("if", {}), values)), None)


def case_directions(case: Mapping[str, Any]) -> set[str]:
    """What the case says about the drug."""
    if "card" not in case:
        return {"none"} if str(case.get("strength", "")).lower() in ("no recommendation", "n/a") else {"standard"}
    found: set[str] = set()
    for advice in many(case["card"]["advice"]):
        found.add(DIRECTION.get(advice["action"], "other"))
        if "instead" in advice or "drug_class" in advice:
            found.add("alternative")
    return found


# What the wording of a row says. Each pattern was checked against the rows that it matches.
WORDING: tuple[tuple[str, str], ...] = (
    ("none", r"^no recommendation|^n/a|^insufficient evidence|^no action recommended"),
    ("avoid", r"^avoid\b(?! (?:moderate|cyp2d6))|do not use|is not recommended|contraindicated"),
    ("alternative", r"alternat(?:iv|e\b)|another beta-blocker|non-(?:tramadol|codeine)|use prasugrel"),
    ("alternative", r"consider (?:rosuvastatin|hormonal therapy)|appropriate antidepressant"),
    ("lower", r"reduc(?:e|tion)|lower (?:starting|maintenance|than)|lowest recommended|decreased dose|≤ ?\d+ ?mg"),
    ("lower", r"less than typical|limit dose|initiate 50% of|0\.5 mg/kg(?:/day)? and if no"),
    ("lower", r"40 mg/day and if no|40 to 75 mg"),
    ("higher", r"increas(?:e starting|ing dose|ing the target)|higher (?:target|maintenance|but)"),
    ("higher", r"tamoxifen (?:dose \()?\(?40|at least 75 mg"),
    ("measure", r"must be measured"),
)
# Wording that names a thing only to say that it is not there or not meant.
NOT_SAID = re.compile(
    r"alternative agents are (?:not )?available|alternative agents are not considered a suitable therapeutic option"
    r"|no reason to avoid|no need to avoid|increased (?:risk|frequency)|see [^)]*alternative statins\)?"
    r"|lack of safe or effective alternative therapies|if aromatase inhibitor use is contraindicated",
    re.IGNORECASE,
)


def row_directions(row: Row, population: str | None) -> set[str]:
    """What the row says about the drug."""
    if row.facts:
        facts = row.facts.get(population or "", row.facts)
        action = facts["action"]
        return {"standard"} if action == "monitor" else {DIRECTION[action]}
    text = NOT_SAID.sub("", row.text).strip().lower()
    found = {direction for direction, pattern in WORDING if re.search(pattern, text)}
    return found or {"standard"}


def numbers(text: str) -> set[Decimal]:
    """Doses, limits and percentages in a text."""
    return {Decimal(found) for found in re.findall(r"(?<![A-Za-wyz0-9_.*:])\d+(?:\.\d+)?", text)}


def case_numbers(case: Mapping[str, Any]) -> set[Decimal]:
    """Every number in the advice of a case."""
    advice = many(case.get("card", {}).get("advice", []))
    return numbers(json.dumps([{k: v for k, v in one.items() if k not in ("drug_class", "test")} for one in advice]))


def differences(row: Row, rule: Mapping[str, Any]) -> list[str]:
    """Everything in which the rule file differs from the row."""
    problems: list[str] = []
    for population, cases in _populations(rule, row):
        if cases is None:
            problems.append(f"no population {population!r}")
            continue
        case = first_case(cases, environment(row, rule))
        if case is None:
            problems.append("no case fits")
            continue
        problems.extend(f"case {case['case']}: {text}" for text in _compare(row, case, population))
    return problems


def _populations(rule: Mapping[str, Any], row: Row) -> list[tuple[str | None, Sequence[Mapping[str, Any]] | None]]:
    """The rule's cases for the row's population; a general row speaks for every population that the rule separates."""
    if "populations" not in rule:
        return [(row.population, rule["cases"] if row.population == "general" else None)]
    if row.population == "general":
        return [(one["population"], one["cases"]) for one in rule["populations"]]
    chosen = [one["cases"] for one in rule["populations"] if one["population"] == row.population]
    return [(row.population, chosen[0] if chosen else None)]


def _compare(row: Row, case: Mapping[str, Any], population: str | None) -> Iterable[str]:
    strength = case.get("strength") or case.get("card", {}).get("strength")
    if (strength or None) != (row.strength or None):
        yield f"strength {strength!r}, row {row.strength!r}"
    flags = tuple(flag for flag in FLAGS if flag in many(case.get("flags", [])))
    if row.flags is not None and flags != row.flags:
        yield f"flags {flags}, row {row.flags}"
    said, wanted = case_directions(case), row_directions(row, population)
    if "avoid" in said & wanted:
        said, wanted = said - {"alternative"}, wanted - {"alternative"}
    if "either" in said:
        said, wanted = said - {"either"}, wanted - {"lower", "higher"}
    if said & DECIDING != wanted & DECIDING:
        yield f"says {sorted(said)}, row {sorted(wanted)}"
    stated = numbers(json.dumps(dict(row.facts)) if row.facts else f"{row.text} {row.other}")
    if case_numbers(case) - stated:
        yield f"numbers {sorted(map(str, case_numbers(case) - stated))} are not in the row"
    percents = {Decimal(n) for pair in re.findall(r"(\d+)(?:-(\d+))?%", row.text) for n in pair if n}
    if "card" in case and percents - case_numbers(case):
        yield f"percentages {sorted(map(str, percents))} of the row are missing"


def data_folder(arguments: Sequence[str]) -> Path:
    """The folder with the guideline rows."""
    base = Path(arguments[0] if arguments else os.environ.get("PMCDS_SHARED", CHECKOUT.parent / "shared"))
    return next((folder for folder in (base / "data" / "pgx", base) if (folder / FILES[0]).exists()), base)


def main(arguments: Sequence[str]) -> int:
    """Print every difference and the counts; 1 if there is any difference."""
    folder = data_folder(arguments)
    if not (folder / FILES[0]).exists():
        sys.stderr.write(f"no guideline rows in {folder}\n")
        return 2
    cards = CHECKOUT / "cards"
    found, text = report(read_rows(folder), read_rules(cards))
    sys.stdout.write(text)
    for source in ("dpwg", "fda"):
        more, text = report_more(folder, source, read_rules(cards, source))
        sys.stdout.write(text)
        found += more
    return 1 if found else 0


def report_more(folder: Path, source: str, rules: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[int, str]:
    """The number of differences of DPWG or FDA rows, and all of them with the counts as text."""
    rows = facts_more.dpwg_rows(folder) if source == "dpwg" else facts_more.fda_rows(folder)
    lines: list[str] = []
    for row in rows:
        key = ", ".join(f"{gene} {value}" for gene, value in row["lookup"].items())
        found = list(differences_more(row, rows, rules.get(row["drug"], ()), source))
        lines.extend(f"{source} {row['drug']} ({key}): {text}" for text in found)
    drugs = len({row["drug"] for row in rows})
    lines.append(f"{source}: {len(rows)} rows of {drugs} drugs compared, {len(lines)} differences")
    return len(lines) - 1, "\n".join(lines) + "\n"


def differences_more(
    row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], rules: Sequence[Mapping[str, Any]], source: str
) -> Iterable[str]:
    """Everything in which the case that speaks differs from a DPWG or FDA row."""
    compare = facts_more.dpwg_differences if source == "dpwg" else facts_more.fda_differences
    if not rules:
        yield "no rule"
    for rule in rules:
        for keys in _keys_of(row, rows, rule):
            values = environment(Row("", row["drug"], "", None, None, "", "", keys), rule)
            cases = [case for one in _own_cases(rule, keys) if (case := first_case(one, values)) is not None]
            if not cases:
                yield "no case fits"
            for case in cases:
                yield from (f"{rule['rule']} case {case['case']}: {text}" for text in compare(row, case))


def _own_cases(rule: Mapping[str, Any], keys: Mapping[str, tuple[str, str]]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """The case lists that the keys are about: those of a gene's own guideline, or all."""
    if "populations" not in rule:
        return [rule["cases"]]
    wanted = {f"{gene}{text.partition(' ')[0] if text.startswith('*') else ''}" for gene, (_, text) in keys.items()}
    return [one["cases"] for one in rule["populations"] if one["population"] in {*wanted, *keys}]


def _keys_of(
    row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], rule: Mapping[str, Any]
) -> Iterable[Mapping[str, tuple[str, str]]]:
    """The row's key; "any not named" stands for every value that no other row of the drug names."""
    keys = facts_more.keys_of(row["lookup"])
    choices: list[list[tuple[str, str]]] = []
    for gene, key in keys.items():
        if key[1] != "~":
            choices.append([key])
            continue
        named = [other["lookup"][gene] for other in rows if other["drug"] == row["drug"] and gene in other["lookup"]]
        kinds = {subject: kind for kind, subjects in rule["ask"]["know"].items() for subject in many(subjects)}
        if gene not in kinds:
            allele = next(subject for subject in kinds if subject.startswith(f"{gene}*"))
            choices.append([("value", f"*{allele.partition('*')[2]} negative")])
            continue
        gene_file = yaml.load(
            (CHECKOUT / "cards" / "genes" / f"{gene}.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader
        )
        choices.append([("value", value) for value in facts_more.values_left(gene_file, kinds[gene], named)])
    for combination in product(*choices):
        yield dict(zip(keys, combination, strict=True))


def report(rows: Sequence[Row], rules: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[int, str]:
    """The number of differences, and all of them with the counts as text."""
    lines: list[str] = []
    compared = [row for row in rows if row.drug in rules]
    for row in compared:
        key = ", ".join(f"{gene} {value}" for gene, (_, value) in row.keys.items())
        for rule in rules[row.drug]:
            lines.extend(f"{rule['rule']} {row.id} ({key}; {row.population}): {x}" for x in differences(row, rule))
    drugs = len({row.drug for row in compared})
    without = {row.drug for row in rows} - set(rules)
    lines.append(
        f"{len(compared)} rows of {drugs} drugs compared, {len(lines)} differences; "
        f"{len(rows) - len(compared)} rows of {len(without)} drugs have no rule"
    )
    return len(lines) - 1, "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
