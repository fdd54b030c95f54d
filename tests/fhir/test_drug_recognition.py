"""The drugs of the reference requests as their index says, and the rate over all medication resources of the corpus."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pmcds.errors import InputError
from pmcds.fhir import Opened, open_input
from pmcds.fhir.drugs import Drug, drug_of
from pmcds.fhir.site import Site
from tests.evidence.goldens import engine
from tests.fhir.material import NOW, context, corpus, requests
from tests.fhir.observations.support import terms
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared

TYPES = (
    "MedicationRequest",
    "MedicationOrder",
    "MedicationStatement",
    "MedicationAdministration",
    "MedicationDispense",
)
# Names that no table has: brands of drugs without rules, and words that name no drug.
UNKNOWN = {
    None, "prescribed medication", "Little Pink Pill for water retention", "Zzyzxine 10 MG Oral Tablet",
    "Lantus 100 unit/ml injectable solution", "Adcetris", "Nystex 100,000 UNT/GM Topical Ointment",
    "Nasonex 0.05mg/ACTUAT Nasal Inhaler", "Vagistat-3",
}  # fmt: skip
# Of all medication resources, at least this many are recognized; and of the coded ones this many by their code.
LEAST, LEAST_BY_CODE = 0.96, 0.90


def medications(opened: Opened) -> Iterator[tuple[Site, Drug]]:
    held = context(None)
    for kind in TYPES:
        for site in opened.by_type(kind):
            yield site, drug_of(site, opened, held)


def canonical(names: list[str]) -> set[str]:
    """Ingredients of the index in the names of the tables."""
    found = set()
    for name in names:
        match = terms().recognize((), name)
        found |= set(match.ingredients) or {name}
    return found


def test_every_drug_of_the_requests_is_recognized_as_the_index_says() -> None:
    assert SHARED is not None
    folder = SHARED / "data" / "cds-hooks"
    seen = 0
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row.get("drugs"):
            continue
        found = dict(_by_key(open_input((folder / row["file"]).read_bytes())))
        for drug in row["drugs"]:
            seen += 1
            match = found[drug["resource"]] if "resource" in drug else next(iter(found.values()))
            expected = canonical(drug.get("ingredients") or [])
            assert set(match.match.ingredients) == expected, (row["file"], drug)
            if drug["form"] == "coding" and expected and drug.get("rxnorm"):
                assert match.match.how in ("code", "name"), (row["file"], drug)
    assert seen == 38


def _by_key(opened: Opened) -> Iterator[tuple[str, Drug]]:
    for site, drug in medications(opened):
        yield site.key, drug


def test_the_rate_over_all_medications_of_the_corpus() -> None:
    how: Counter[str] = Counter()
    misses: Counter[Any] = Counter()
    coded: Counter[str] = Counter()
    for path in (*corpus(), *requests()):
        for _, drug in medications(open_input(path.read_bytes())):
            match = drug.match
            kind = match.how or ("outside the tables" if match.outside_tables else drug.problem or "nothing")
            how[kind] += 1
            if match.codes:
                coded[kind] += 1
            if not match.ingredients:
                misses[drug.label] += 1
    total = sum(how.values())
    recognized = how["code"] + how["name"]
    sys.stdout.write(f"\n{recognized} of {total} recognized ({recognized / total:.1%}): {dict(how)}\n")
    sys.stdout.write(f"of {sum(coded.values())} with a known system: {dict(coded)}\n")
    sys.stdout.write("".join(f"  missed {number} x {label}\n" for label, number in misses.most_common()))
    assert recognized / total >= LEAST
    assert coded["code"] / sum(coded.values()) >= LEAST_BY_CODE
    assert set(misses) <= UNKNOWN


def test_requests_without_a_drug_get_no_card() -> None:
    assert SHARED is not None
    folder = SHARED / "data" / "cds-hooks"
    seen = 0
    refused: list[str] = []
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] != "request" or row["expected"]["drug"] != "no-drug":
            continue
        seen += 1
        try:
            result = engine().evaluate((folder / row["file"]).read_bytes(), hook=row["hook"], now=NOW)
        except InputError as error:  # Patient and context.patientId are two people
            refused.append(error.code)
            continue
        assert not result.cards, row["file"]
        assert {line.reason for line in result.ledger.orders if line.order != "@patient"} <= {"drug-not-chosen-yet"}
    assert (seen, refused) == (36, ["context-mismatch"] * 13)
