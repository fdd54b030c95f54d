"""Whether a gene file is whole: every pair of alleles has a meaning, and every name leads to an allele."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations_with_replacement

from pmcds.errors import Problem
from pmcds.knowledge.files import stem
from pmcds.knowledge.scores import AT_LEAST, alleles, phenotypes, score_keys
from pmcds.knowledge.vocabulary import nearest
from pmcds.knowledge.yaml import Source
from pmcds.model.genes import Gene, gene_of

_PAIRS = ("function-pair", "two-most-severe", "x-copies")
_SINGLE = ("one-copy", "x-copies")
_SEVERITY = ("two-most-severe", "one-copy")


def gene_problems(source: Source) -> Iterator[Problem]:
    """Every problem of one gene file that its form does not show."""
    gene = gene_of(source.value)
    if gene.symbol != stem(source.path):
        yield source.problem(("gene",), f"the gene is {stem(source.path)} by its file", "rename one of the two")
    if source.path != f"genes/{f'{gene.table}/' if gene.table else ''}{stem(source.path)}.yaml":
        yield source.problem((), "the directory is the name of the table", "write table: and move the file there")
    yield from _told(source, gene)
    yield from _groups(source)
    yield from _functions(source, gene)
    yield from _scores(source, gene)
    yield from _names(source, gene)


def _groups(source: Source) -> Iterator[Problem]:
    """An allele stands in one group only."""
    for part in ("functions", "activity_values"):
        seen: dict[str, str] = {}
        for group, members in (source.value.get(part) or {}).items():
            for place, allele in enumerate(members):
                if allele in seen:
                    message = f"{allele} stands under {seen[allele]} and {group}"
                    yield source.problem((part, group, place), message, "keep one of the two")
                seen[allele] = group


def _functions(source: Source, gene: Gene) -> Iterator[Problem]:
    functions = sorted(set(gene.functions.values()))
    wanted = [" + ".join(pair) for pair in combinations_with_replacement(functions, 2) if gene.method in _PAIRS]
    wanted += [function for function in functions if gene.method in _SINGLE]
    if gene.method in (*_PAIRS, *_SINGLE):
        for key in wanted:
            if key not in gene.phenotype_of:
                yield source.problem(("phenotype_of",), f"no phenotype for {key}", "add it", key=True)
        for key in gene.phenotype_of:
            if key not in wanted:
                mend = nearest(key, wanted) or "functions of this file, sorted and joined with ' + '"
                yield source.problem(("phenotype_of", key), f"{key} is no pair of functions", mend, key=True)
    if gene.method in _SEVERITY:
        severity = source.value.get("severity", [])
        for function in functions:
            if function not in severity:
                yield source.problem(("severity",), f"{function} has no place in severity", "add it", key=True)


def _scores(source: Source, gene: Gene) -> Iterator[Problem]:
    if not gene.scores:
        return
    for key in score_keys(gene):
        number = Decimal(key.removeprefix(AT_LEAST))
        fits = [low for low, high, _ in gene.scores if Decimal(low) <= number and number <= Decimal(high or "Infinity")]
        if len(fits) != 1:
            message = f"score {key} has {'no phenotype' if not fits else 'several phenotypes'}"
            yield source.problem(("score_to_phenotype",), message, "close the gap or the overlap", key=True)


def _told(source: Source, gene: Gene) -> Iterator[Problem]:
    """Published keys and words with several meanings lead to keys of the file."""
    known = phenotypes(gene) | {"indeterminate"}
    for key in gene.published:
        if key not in known:
            mend = nearest(key, known) or "a phenotype of this file"
            yield source.problem(("published", key), f"{key} is no key of {gene.symbol}", mend, key=True)
    for word, keys in gene.extra.get("stands_for", {}).items():
        for place, key in enumerate(keys):
            if key not in known:
                mend = nearest(key, known) or "a phenotype of this file"
                yield source.problem(("stands_for", word, place), f"{key} is no key of {gene.symbol}", mend)


def _names(source: Source, gene: Gene) -> Iterator[Problem]:
    known = alleles(gene) - set(gene.names)
    for other, allele in gene.names.items():
        if allele not in known:
            mend = nearest(allele, known) or "an allele of this file"
            yield source.problem(("names", other), f"{allele} is no allele of {gene.symbol}", mend)
