"""DPWG and FDA rows beside the rule files: what each row states, and in which words a case must agree with it.

Neither has prose to compare with: DPWG rows come as flags, hints (`actions`, made by patterns from wording that is not
shipped) and numbers, FDA rows as one statement. Where a hint is wrong or silent, REREAD says why the case is right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from dpwg_read import read_numbers

# What actions say, for both sources: away from the drug, less, more, either, a measurement.
SAYS = {
    **dict.fromkeys(("avoid", "not-indicated", "use-alternative", "consider-alternative"), "away"),
    **dict.fromkeys(("reduce-dose", "limit-dose", "start-low", "extend-interval"), "less"),
    **dict.fromkeys(("increase-dose", "shorten-interval"), "more"),
    "adjust-dose": "either",
    "measure-first": "measure",
}
HINTS = {"avoid": "away", "alternative": "away", "reduce_dose": "less", "increase_dose": "more"}

# (drug, what is said or not said): why the hint of the row does not decide.
REREAD: dict[tuple[str, str], str] = {
    ("allopurinol", "more"): "1.4 and 1.25 times the standard dose: ratios, no direction in the hints",
    ("brexpiprazole", "less"): "a dose is meant (flag); the hint took the standard dose that it is a part of",
    ("citalopram", "less"): "highest doses in mg, which the hints of one row do not see",
    ("sertraline", "less"): "a highest dose in mg, which the hints do not see",
    ("tacrolimus", "more"): "multiples of the standard dose, which the hint took for the standard dose",
    ("doxepin", "more"): "a dose is meant (flag) for ultrarapid metabolizers",
    ("nortriptyline", "more"): "a dose is meant (flag) for ultrarapid metabolizers",
    ("imipramine", "more"): "a dose is meant (flag) for ultrarapid metabolizers",
    ("eliglustat", "less"): "84 mg in doses that depend on co-medication, which the hints do not see",
    ("eliglustat", "either"): "84 mg in doses that depend on co-medication, which the hints do not see",
    ("tramadol", "no dose"): "a dose is meant (flag) only as a trial before an alternative; it stands in the note",
    ("codeine", "no dose"): "a dose is meant (flag) only as a trial before an alternative; it stands in the note",
    ("risperidone", "either"): "doses up to those of the active metabolite, by level",
    ("simvastatin", "less"): "a highest dose in mg, which the hints do not see",
    ("venlafaxine", "not less"): "the hint of the ultrarapid row took a reduced level for a reduced dose",
    ("azathioprine", "not more"): "the hint took an increased frequency of monitoring for a dose",
    ("mercaptopurine", "not more"): "the hint took an increased frequency of monitoring for a dose",
    ("capecitabine", "not less"): "a reduced dose only by measured activity; it stands in the note",
    ("fluorouracil", "not less"): "a reduced dose only by measured activity; it stands in the note",
    ("tegafur", "less"): "away from the drug, or a low starting dose: read in the text",
    ("fluorouracil", "no dose"): "by measured activity only",
    ("allopurinol", "no dose"): "small steps to induce tolerance, in the note",
}
# A row whose key nobody could read: "HLA-B 1511 and 1502", no recommendation (pharmacogenomics.md 9.2).
NOT_READ = {("carbamazepine", "1511 and 1502")}


def keys_of(lookup: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The key of each gene as (kind, text): a diplotype is a map of alleles and their number."""
    found: dict[str, tuple[str, str]] = {}
    for gene, value in lookup.items():
        if isinstance(value, Mapping):
            alleles = [allele for allele, count in sorted(value.items(), key=_place) for _ in range(int(count))]
            found[gene] = ("diplotype", "/".join(alleles))
        else:
            found[gene] = ("value", value)
    return found


def _place(item: tuple[str, Any]) -> tuple[int, str]:
    number = re.match(r"\*(\d+)", item[0])
    return (int(number[1]) if number else 0, item[0])


def dpwg_rows(folder: Path) -> list[dict[str, Any]]:
    """Every DPWG row that can be read."""
    rows = [json.loads(line) for line in (folder / "dpwg.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if not any((row["drug"], str(value)) in NOT_READ for value in row["lookup"].values())]


def fda_rows(folder: Path) -> list[dict[str, Any]]:
    """Every row of the FDA table of associations; pointers to labels have no advice."""
    rows = [json.loads(line) for line in (folder / "fda.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["source"] == "FDA-association"]


def said(case: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """(what the case advises, what it advises under a condition only)."""
    always: set[str] = set()
    conditional: set[str] = set()
    for one in _advice(case):
        if one["action"] in SAYS:
            (conditional if "only_if" in one else always).add(SAYS[one["action"]])
    return always, conditional


def _advice(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    advice = case.get("card", {}).get("advice", [])
    return advice if isinstance(advice, list) else [advice]


def numbers_of(case: Mapping[str, Any]) -> set[Decimal]:
    """Every number in the advice of a case."""
    return _numbers(json.dumps(case.get("card", {}).get("advice", [])))


def _numbers(text: str) -> set[Decimal]:
    return {Decimal(found) for found in re.findall(r"(?<![A-Za-wyz0-9_.*:/])\d+(?:\.\d+)?", text)}


def dpwg_differences(row: Mapping[str, Any], case: Mapping[str, Any]) -> Iterator[str]:
    """Everything in which a case differs from a DPWG row: classification, flags, direction, numbers."""
    if (case.get("strength") or "N/A") != (row["classification"] or "N/A"):
        yield f"strength {case.get('strength')!r}, row {row['classification']!r}"
    flags = {
        "dosing-information": row["dosing_information"],
        "alternate-drug": row["alternate_drug_available"],
        "other-guidance": row["other_prescribing_guidance"],
    }
    if set(case.get("flags", [])) != {flag for flag, is_set in flags.items() if is_set}:
        yield f"flags {case.get('flags')}, row {sorted(flag for flag, is_set in flags.items() if is_set)}"
    hinted = {HINTS[action] for action in row["actions"] if action in HINTS}
    drug = row["drug"]
    always, conditional = said(case)
    dose = {"less", "more", "either", "measure"}
    if "card" not in case:
        if any(flags.values()) or hinted:
            yield f"silent, row {sorted(hinted)}"
        return
    if flags["alternate-drug"] and "away" not in always | conditional:
        yield "names no way around the drug"
    if flags["dosing-information"] and not dose & (always | conditional) and (drug, "no dose") not in REREAD:
        yield "says nothing about the dose"
    for word in sorted((always | conditional) - hinted - {"measure"}):
        flagged = (word == "away" and flags["alternate-drug"]) or (word == "either" and {"less", "more"} <= hinted)
        if not flagged and (drug, word) not in REREAD:
            yield f"says {word}, row {sorted(hinted)}"
    for word in sorted(hinted - always - conditional):
        covered = "either" in always and word in ("less", "more")
        # Away from the drug is advice only where the flag says so, or until its activity is measured.
        covered = covered or (word == "away" and ("measure" in always or not flags["alternate-drug"]))
        if not covered and (drug, f"not {word}") not in REREAD:
            yield f"does not say {word}"
    stated = {Decimal(str(number)) for number in row.get("percents", ())}
    stated |= {Decimal(amount) for amount, _ in row.get("doses", ())} | read_numbers(drug)
    if numbers_of(case) - stated:
        yield f"numbers {sorted(map(str, numbers_of(case) - stated))} are not in the row"
    if row.get("percents") and {"less", "more"} & always and not numbers_of(case) & stated:
        yield "has none of the percentages of the row"


# What the statements of the FDA table say. Each pattern was read against the statements that it matches.
_STATEMENTS = (
    ("either", r"dosage adjustment is recommended|adjust dosage|recommended dosages are based on"),
    ("less", r"reduc(?:e|ing|tions?)\b|lower starting|dosage is lower|should not exceed|lowest recommended"),
    ("less", r"less frequent"),
    ("away", r"alternative agent|do not use|avoid use|contraindicated|indicated for"),
)
# Statements that speak of poor metabolizers only, though the row is one of intermediate metabolizers.
_POOR_ONLY = re.compile(r"in poor metabolizers", re.IGNORECASE)


def fda_differences(row: Mapping[str, Any], case: Mapping[str, Any]) -> Iterator[str]:
    """Everything in which a case differs from a row of the FDA table: direction and numbers."""
    if case.get("row") != "true":
        yield "is not marked as a row"
    text = " ".join(row["statement"].values())
    lower = text.lower()
    stated = {word for word, pattern in _STATEMENTS if re.search(pattern, lower)}
    if all(value == "~" for value in row["lookup"].values()):
        if "card" in case:
            yield "says something where the table names no change"
        return
    if "card" not in case:
        yield "is silent about a row of the table"
        return
    always, conditional = said(case)
    if "Intermediate" in str(row["phenotypes"]) and _POOR_ONLY.search(text):
        stated -= {"less"}
    if any(one["action"] == "not-indicated" for one in _advice(case)):
        stated &= {"away"}  # where the drug is not indicated, its dose is of no concern
    if stated - {"away"} != (always | conditional) - {"away"} or ("away" in always | conditional) > ("away" in stated):
        yield f"says {sorted(always | conditional)}, row {sorted(stated)}"
    if numbers_of(case) - _numbers(text) - {Decimal(50)}:
        yield f"numbers {sorted(map(str, numbers_of(case) - _numbers(text)))} are not in the row"
    amounts = {Decimal(n) for n in re.findall(r"(\d+(?:\.\d+)?)(?:%| mg)", text)}
    if amounts - numbers_of(case):
        yield f"amounts {sorted(map(str, amounts - numbers_of(case)))} of the row are missing"


def values_left(gene_file: Mapping[str, Any], kind: str, named: Sequence[str]) -> list[str]:
    """The definite values of a gene that no row names; "likely" ones are neither named nor the rest."""
    if kind == "activity_score":
        values = [value for value in gene_file["activity_values"] if value != "n/a"]
    else:
        values = sorted(set(gene_file["phenotype_of"].values()) - {"indeterminate"})
    return [value for value in values if value not in {one.lower() for one in named} and not value.startswith("likely")]
