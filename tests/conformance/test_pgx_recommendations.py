"""Every guideline row of CPIC, DPWG and FDA through the engine: lookup, population, strength, flags."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations_with_replacement
from typing import Any

import pytest

from pmcds.infer import phenotype
from pmcds.model.results import Recommendation
from tests.conformance.pgx import UNDECIDED, data, engine, lines, patient, recommended, shown
from tests.shared import needs_shared

# One row whose key nobody can read without its source ("HLA-B 1511 and 1502", no recommendation).
NOT_READ = {("carbamazepine", "1511 and 1502")}


def _cpic() -> Iterator[tuple[str, dict[str, str], Mapping[str, Any]]]:
    """(drug, key of each gene, row); notes about copy numbers are no rows."""
    for name in ("recommendations.jsonl", "thiopurines_2025.jsonl"):
        for row in lines(name):
            keys = {gene: v["value"] if isinstance(v, dict) else v for gene, v in row["lookup"].items()}
            if not any(isinstance(v, dict) and v["kind"] == "note" for v in row["lookup"].values()):
                yield row["drug"], keys, row


def _strength(stated: str | None) -> str | None:
    """A source that grades nothing says N/A or nothing."""
    return None if stated in ("N/A", None) else stated


def _problem(found: Recommendation, row: Mapping[str, Any]) -> str | None:
    if _strength(found.strength) != _strength(row.get("strength", row.get("classification"))):
        return f"strength {found.strength}"
    names = ("dosing_information", "alternate_drug_available", "other_prescribing_guidance")
    flags = (found.dosing_information, found.alternate_drug, found.other_guidance)
    if all(name in row for name in names) and flags != tuple(bool(row[name]) for name in names):
        return f"flags {flags}"
    return None


@needs_shared
def test_every_cpic_row_is_found_by_its_key() -> None:
    rows: Counter[str] = Counter()
    wrong: list[str] = []
    by_keys: dict[tuple[tuple[str, str], ...], list[tuple[str, Mapping[str, Any]]]] = {}
    for drug, keys, row in _cpic():
        by_keys.setdefault(tuple(sorted(keys.items())), []).append((drug, row))
    for key, wanted in by_keys.items():
        found: dict[str, list[Recommendation]] = {}
        drugs = dict.fromkeys(drug for drug, _ in wanted)
        # A row for "use for more than 3 months" speaks only where that is proven.
        lasting = dict.fromkeys(drug for drug, row in wanted if "use >3" in str(row["population"]))
        every = [*recommended(patient(key), drugs)]
        every += [one for drug in lasting for one in recommended(patient(key, taken=[drug]), [drug])]
        for one in every:
            if one.source == "cpic":
                found.setdefault(one.drug, []).append(one)
        for drug, row in wanted:
            rows[drug] += 1
            mine = [r for r in found.get(drug, []) if r.lookup == dict(key) and _fits(r.population, row["population"])]
            problem = _problem(mine[0], row) if mine else "not found"
            if problem is not None:
                wrong.append(f"{drug} {dict(key)} {row['population']}: {problem}")
    shown("CPIC rows found", {drug: rows[drug] for drug in rows})
    assert wrong == []
    assert rows.total() == 2_022


def _fits(population: str | None, stated: str | None) -> bool:
    return population == stated or stated in ("general", None)


@cache
def _by_dpwg_table(symbol: str) -> dict[str, str]:
    """A diplotype for each key of a DPWG table."""
    facts = json.loads((data() / "dpwg_genes.json").read_text(encoding="utf-8"))[symbol]
    gene = engine().knowledge.genes[f"{symbol}@dpwg"]
    alleles = sorted(allele for group in facts["values"].values() for allele in group)
    # Rows by diplotype come before rows by phenotype: a phenotype's own example is a pair that none of them names.
    named = {"*1", "*2", "*3"} if symbol == "CYP2C9" else {"*28", "*80+*28"}
    found: dict[str, str] = {}
    for pair in combinations_with_replacement(alleles, 2):
        result = phenotype(gene, "/".join(pair))
        key = gene.published.get(result.lookup_key, result.lookup_key)
        if symbol not in ("CYP2C9", "UGT1A1") or not set(pair) <= named | {"*1"} or pair == ("*1", "*1"):
            found.setdefault(key, result.diplotype)
    return found


@needs_shared
def test_every_dpwg_row_is_found_by_alleles_of_its_own_tables() -> None:
    rows: Counter[str] = Counter()
    wrong: list[str] = []
    for row in lines("dpwg.jsonl"):
        (gene, value) = next(iter(row["lookup"].items()))
        if (row["drug"], str(value)) in NOT_READ:
            continue
        rows[row["drug"]] += 1
        text = value if isinstance(value, str) else "/".join(a for a, n in value.items() for _ in range(int(n)))
        if isinstance(value, dict):
            someone = patient([], diplotypes={gene: text})
        elif f"{gene}@dpwg" in engine().knowledge.genes:
            someone = patient([], diplotypes={gene: _by_dpwg_table(gene)[text]})
        else:
            someone = patient([(gene, text)])
        found = [r for r in recommended(someone, [row["drug"]]) if r.source == "dpwg" and r.lookup == {gene: text}]
        problem = _problem(found[0], row) if found else "not found"
        if problem is not None:
            wrong.append(f"{row['drug']} {gene} {text}: {problem}")
    shown("DPWG rows found", dict(rows))
    assert wrong == []
    assert rows.total() == 528


@needs_shared
def test_every_fda_row_is_found_by_its_key() -> None:
    rows: Counter[str] = Counter()
    wrong: list[str] = []
    table = [row for row in lines("fda.jsonl") if row["source"] == "FDA-association"]
    for row in table:
        drug = row["drug"]
        others = [other["lookup"] for other in table if other["drug"] == drug]
        keys = {gene: _not_named(gene, others) if key == "~" else key for gene, key in row["lookup"].items()}
        rows[drug] += 1
        if None in keys.values():
            continue  # every result is named: the default row has nothing left
        stated = {gene: str(key) for gene, key in keys.items()}
        found = [r for r in recommended(patient(stated.items()), [drug]) if r.source == "fda" and r.lookup == stated]
        if not found:
            wrong.append(f"{drug} {row['lookup']}: not found")
    shown("FDA rows found", dict(rows))
    assert wrong == []
    assert rows.total() == 125


def _not_named(gene: str, rows: list[dict[str, str]]) -> str | None:
    """A definite key of the gene that no row names."""
    if gene.startswith("HLA"):
        return "*57:01 negative"
    keys = {"CYP2D6": ["2.0"], "CYP2C9": ["2.0"]}.get(gene, ["Normal Metabolizer"])
    named = {row.get(gene) for row in rows}
    return next((key for key in keys if key not in named), None)


@pytest.mark.parametrize("word", UNDECIDED)
@needs_shared
def test_pg110_an_indeterminate_row_never_says_standard_dose(word: str) -> None:
    for drug, keys, row in _cpic():
        if set(keys.values()) == {word} and drug not in ("azathioprine", "mercaptopurine", "thioguanine"):
            result = engine().evaluate(patient(keys.items()), order=drug)
            assert all(line.outcome != "CLEAR" for line in result.ledger.orders), (drug, keys, row["strength"])
