"""Coverage as problems of a rule file, with the place of the population or case."""

from __future__ import annotations

from collections.abc import Iterator

from pmcds.errors import Problem
from pmcds.knowledge.cover import Covered, cover
from pmcds.knowledge.vocabulary import Vocabulary
from pmcds.knowledge.yaml import Path, Source
from pmcds.model.rules import Rule

_SHOWN = 5


def cover_problems(source: Source, rule: Rule, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Gaps and dead cases of each population of the rule."""
    several = "populations" in source.value
    for place, covered in enumerate(cover(rule, vocabulary.domain)):
        yield from _problems(source, covered, ("populations", place) if several else ())


def _problems(source: Source, covered: Covered, start: Path) -> Iterator[Problem]:
    cases: Path = (*start, "cases")
    if not covered.complete:
        yield source.problem(cases, "too many combinations to prove that each has a case", "split the rule", key=True)
    named = f" in population {covered.population.name}" if covered.population.name else ""
    for gap in covered.gaps[:_SHOWN]:
        yield source.problem(cases, f"no case for {gap}{named}", "add a case, or a value to one", key=True)
    if len(covered.gaps) > _SHOWN:
        yield source.problem(cases, f"no case for {len(covered.gaps) - _SHOWN} more combinations{named}", key=True)
    for case, takers in covered.dead:
        place = covered.population.cases.index(case)
        if takers:
            message = f"case {case.id} is never reached: {' and '.join(takers)} above it take all of it"
            mend = "move it up, or narrow the cases above"
        else:
            message, mend = f"case {case.id} can never hold", "change its condition, or take it out"
        yield source.problem((*cases, place, "case"), message, mend)
