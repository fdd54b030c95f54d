"""Print a draft rule file for a drug from its guideline rows, as a start for a new rule or to compare after an update.

Rows with the same strength, flags and wording become one case. The wording stands in comments, for the person who
writes the advice in our own words; it is not to be committed. The draft has one case list for each population.

    scripts/draft_rules.py DRUG [DATA]      DATA as for scripts/check_facts.py
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from check_facts import FILES, Row, data_folder, read_rows

KINDS = {"activity_score": "activity_score", "allele_status": "allele"}


def groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that say the same, in the order in which they come."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        wording = row.text or json.dumps(dict(row.facts), sort_keys=True)
        found.setdefault((row.strength, row.flags, wording), []).append(row)
    return list(found.values())


def condition(row: Row, kinds: dict[str, str]) -> str:
    """The row's key as the `if` of a case."""
    parts: dict[str, list[str]] = {}
    for gene, (kind, value) in row.keys.items():
        known = kinds[gene]
        subject, word = gene, value if known == "activity_score" else value.lower()
        if known == "allele":
            allele, _, status = value.partition(" ")
            subject, word = f"{gene}{allele}", {"positive": "present", "negative": "absent"}.get(status, "unknown")
        if value == "No Result":
            word = "unknown"
        elif kind == "indeterminate" or value in ("Indeterminate", "n/a"):
            word = "indeterminate"
        parts.setdefault(known, []).append(f'"{subject}": "{word}"')
    return "{" + ", ".join(f"{kind}: {{{', '.join(values)}}}" for kind, values in parts.items()) + "}"


def draft(drug: str, rows: Sequence[Row]) -> Iterator[str]:
    """The lines of the draft."""
    kinds: dict[str, str] = {}
    for row in rows:
        for gene, (kind, _) in row.keys.items():
            if kind not in ("no_result", "indeterminate"):
                kinds[gene] = KINDS.get(kind, "phenotype")
    yield f"rule: pharmacogenomics/{re.sub('[^a-z0-9]+', '-', drug.lower())}/cpic"
    yield "status: draft"
    yield f"# know: {json.dumps(kinds)}"
    for population in dict.fromkeys(row.population for row in rows):
        yield f"# population: {population}"
        yield "cases:"
        for place, group in enumerate(groups([row for row in rows if row.population == population]), 1):
            first = group[0]
            yield f"  # {first.text or json.dumps(dict(first.facts))}"
            if first.other:
                yield f"  # other: {first.other}"
            yield f"  - case: group-{place}"
            conditions = list(dict.fromkeys(condition(row, kinds) for row in group))
            yield f"    if: {conditions[0]}" if len(conditions) == 1 else "    if:\n      any:"
            if len(conditions) > 1:
                yield from (f"        - {one}" for one in conditions)
            yield f"    strength: {first.strength}"
            yield f"    flags: [{', '.join(first.flags or ())}]"


def main(arguments: Sequence[str]) -> int:
    """Print the draft; 2 if there is nothing to draft from."""
    folder = data_folder(arguments[1:])
    if not arguments or not (folder / FILES[0]).exists():
        sys.stderr.write("usage: draft_rules.py DRUG [DATA]\n")
        return 2
    rows = [row for row in read_rows(folder) if row.drug == arguments[0]]
    if not rows:
        sys.stderr.write(f"no guideline rows for {arguments[0]}\n")
        return 2
    sys.stdout.write("\n".join(draft(arguments[0], rows)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
