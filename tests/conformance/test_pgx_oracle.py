"""Rows that another program found for the same keys, 100 patients, all drugs (PG106, PG107), and its own unit cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pmcds
from pmcds.model.results import Recommendation
from tests.conformance.pgx import NO_RESULT, engine, lines, patient, recommended, shown
from tests.infer.test_oracle import DIFFERENCES, _compared
from tests.shared import needs_shared

# A drug that CPIC has charts for, and no rows; ours are compared with the charts.
LEFT_OUT = frozenset({"warfarin"})
# Their strengths and flags are those of older rows (PG84); keys and populations are the same grid.
OLDER = frozenset({"azathioprine", "mercaptopurine", "thioguanine"})
# Its own slips: an unprefixed name, and alleles outside its table, give n/a (PG107).
NO_KEY = {("MT-RNR1", "n/a"), ("NUDT15", "n/a")}
# CPIC phenotypes that the DPWG table of 2024-03 has other words for: it counts Rapid as normal (PG77).
OTHER_WORDS = frozenset({"Rapid Metabolizer", "Likely Intermediate Metabolizer", "Likely Poor Metabolizer"})

Found = tuple[str, frozenset[tuple[str, str]], str]


def _keys(genes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The other program's own keys; several scores are what a phenotype alone stands for (PG68)."""
    for gene, told in genes.items():
        for one in told.get("recommendation") or ():
            if len(one["lookup"]) > 1 and len(one["phenotypes"]) == 1:
                yield gene, one["phenotypes"][0]
                continue
            for key in one["lookup"]:
                if key != NO_RESULT and (gene, key) not in NO_KEY:
                    yield gene, key


def _told(sample: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for gene, told in sample["genes"].items():
        for one in told.get("recommendation") or ():
            yield gene, one


def _wanted(sample: Mapping[str, Any], source: str) -> set[Found]:
    return {
        (drug, frozenset(lookup.items()), population or "general")
        for stated, drug, _, _, lookups, population, *_ in sample["guidance"]
        for lookup in lookups
        if stated == source and drug not in LEFT_OUT
    }


def _ours(found: tuple[Recommendation, ...], source: str) -> set[Found]:
    # The update of 2026 tells two indications apart, the older rows did not (PG84).
    return {
        (r.drug, frozenset(r.lookup.items()), "general" if r.drug in OLDER else r.population or "general")
        for r in found
        if r.source == source
    }


# Rows for patients who have taken the drug for months need that proof; the other program shows them always (PG61).
LASTING = ("carbamazepine", "oxcarbazepine", "phenytoin", "fosphenytoin")


@cache
def _judged() -> tuple[tuple[Mapping[str, Any], tuple[Recommendation, ...]], ...]:
    """Every sample with all rows that the engine finds for the other program's keys."""
    drugs = sorted(engine().knowledge.drugs - {"warfarin"})
    judged = []
    for sample in lines("golden/oracle_outside.jsonl.gz"):
        keys = list(_keys(sample["genes"]))
        found = recommended(patient(keys, by_alleles=False), drugs)
        lasting = (recommended(patient(keys, taken=[drug], by_alleles=False), [drug]) for drug in LASTING)
        judged.append((sample, (*found, *(row for rows in lasting for row in rows))))
    return tuple(judged)


@needs_shared
def test_pg106_cpic_rows_are_those_of_the_other_program() -> None:
    equal: Counter[str] = Counter()
    wrong: list[str] = []
    for sample, found in _judged():
        wanted, ours = _by_drug(_wanted(sample, "CPIC")), _by_drug(_ours(found, "cpic"))
        for drug, rows in wanted.items():
            equal[drug] += rows == ours.get(drug)
            if rows != ours.get(drug):
                wrong.append(f"{sample['id']} {drug}: {sorted(map(str, rows ^ ours.get(drug, set())))}")
        more = set(ours) - set(wanted) - LEFT_OUT
        if any(gene == "NUDT15" and "n/a" in one["lookup"] for gene, one in _told(sample)):
            more -= OLDER
        wrong += [f"{sample['id']} {drug}: ours only" for drug in more]
    shown("CPIC, samples with equal rows", equal)
    assert wrong == []
    assert equal.total() == 6_775


@needs_shared
def test_pg106_dpwg_rows_are_those_of_the_other_program() -> None:
    """It looks DPWG up by CPIC words: where DPWG has other words for the same alleles, ours are a row more.

    So are rows of a phenotype without score: for DPWG a normal CYP2D6 may have the score 2.5.
    """
    equal: Counter[str] = Counter()
    wrong: list[str] = []
    more: Counter[str] = Counter()
    for sample, found in _judged():
        wanted, ours = _by_drug(_wanted(sample, "DPWG")), _by_drug(_ours(found, "dpwg"))
        words = {key for gene, key in _keys(sample["genes"])} & OTHER_WORDS
        for drug, rows in wanted.items():
            extra = ours.get(drug, set()) - rows
            known = all(
                (bool(words) and dict(lookup).keys() == {"CYP2C19"}) or dict(lookup) == {"CYP2D6": "2.5"}
                for _, lookup, _ in extra
            )
            equal[drug] += rows <= ours.get(drug, set())
            if rows - ours.get(drug, set()) or (extra and not known):
                wrong.append(f"{sample['id']} {drug}: {sorted(map(str, rows ^ ours.get(drug, set())))}")
        for drug in set(ours) - set(wanted) - LEFT_OUT:
            genes = {gene for _, lookup, _ in ours[drug] for gene, _ in lookup}
            # CYP2C9, DPYD, CYP3A4, VKORC1: it never reaches the older rows of these genes.
            if genes <= {"CYP2C9", "DPYD", "CYP3A4", "VKORC1", *(("CYP2C19",) if words else ())}:
                more[drug] += 1
            else:
                wrong.append(f"{sample['id']} {drug}: ours only {sorted(map(str, ours[drug]))}")
    shown("DPWG, samples with equal rows", equal)
    shown("DPWG, rows that only we find", more)
    assert wrong == []
    assert equal.total() == 3_157


def _by_drug(rows: set[Found]) -> dict[str, set[Found]]:
    found: dict[str, set[Found]] = {}
    for row in rows:
        found.setdefault(row[0], set()).add(row)
    return found


@needs_shared
def test_strengths_and_flags_are_those_of_the_other_program() -> None:
    """It says Unspecified where the source grades nothing."""
    wrong: list[str] = []
    for sample, found in _judged():
        ours = {
            (r.source.upper(), r.drug, frozenset(r.lookup.items()), r.population): (
                None if r.strength in (None, "N/A") else r.strength,
                r.dosing_information,
                r.alternate_drug,
                r.other_guidance,
            )
            for r in found
        }
        for source, drug, _, strength, lookups, population, *flags in sample["guidance"]:
            for lookup in lookups:
                mine = ours.get((source, drug, frozenset(lookup.items()), population or "general"))
                theirs = (None if strength in ("Unspecified", None) else strength, *map(bool, flags))
                if mine is not None and mine != theirs and drug not in LEFT_OUT | OLDER:
                    wrong.append(f"{source} {drug} {lookup}: {mine}, theirs {theirs}")
    assert wrong == []


@needs_shared
def test_pg107_differences_of_keys_are_listed() -> None:
    different = [(gene, sorted(ours), sorted(theirs)) for gene, ours, theirs in _compared() if ours != theirs]
    counts = Counter(gene for gene, _, _ in different)
    listed = Counter(f"{gene}: {' / '.join(ours)}, theirs {' / '.join(theirs)}" for gene, ours, theirs in different)
    shown("keys that differ, with their number", listed)
    assert dict(counts) == DIFFERENCES
    assert counts.total() == 119


# Unit cases whose input is reported results only; what we read otherwise, with the reason.
OTHERWISE = {
    "combinationsInOutsideCalls": "blanks around + mean nothing: *13+*1 and *36+*10x2 are alleles, 1.0 + 0.5",
}


def _reported(case: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for stated in case["outside"] or ():
        for line in stated.strip().splitlines():
            gene, *parts = line.split("\t")
            yield gene, [*parts, "", ""][:3]


@needs_shared
def test_pg108_unit_cases_of_reported_diplotypes_have_the_same_meaning() -> None:
    compared: Counter[str] = Counter()
    wrong: list[str] = []
    for case in lines("golden/unit_cases.jsonl.gz"):
        by_gene: dict[str, list[list[str]]] = {}
        for gene, parts in _reported(case):
            by_gene.setdefault(gene, []).append(parts)
        for gene, stated in by_gene.items():
            table = engine().knowledge.genes.get(gene)
            told = case["genes"].get(gene, {}).get("recommendation") or []
            if table is None or table.method in ("listed-alleles", "none", "presence") or len(stated) > 1 or not told:
                continue
            diplotype, phenotype, score = stated[0]
            if not diplotype or phenotype or score:
                continue
            name = case["origin"].rsplit("/", 1)[-1]
            compared[gene] += 1
            ours = _meaning(gene, diplotype)
            theirs = {key for one in told for key in one["lookup"]}
            if name in OTHERWISE:
                assert ours not in theirs
            elif ours not in theirs and not (ours is None and theirs <= {"n/a", "Indeterminate"}):
                wrong.append(f"{name} {gene} {diplotype}: {ours}, theirs {sorted(theirs)}")
    shown("unit cases of reported diplotypes", compared)
    assert wrong == []
    assert compared.total() >= 6


def _meaning(gene: str, diplotype: str) -> str | None:
    """The key in the guideline's spelling; None where an allele is not in the table (never "indeterminate", PG14)."""
    try:
        result = pmcds.phenotype(gene, diplotype)
    except pmcds.InputError:
        return None
    table = engine().knowledge.genes[gene]
    return table.published.get(result.lookup_key, result.lookup_key)
