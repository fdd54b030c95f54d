"""What a rule means beyond its form: names resolve, dates hold, cases say what they may, tests are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pmcds.errors import Problem
from pmcds.knowledge.compiling import populations_of
from pmcds.knowledge.conditions import BY_SUBJECT, as_list
from pmcds.knowledge.files import TEST, Files, rule_id
from pmcds.knowledge.naming import Naming
from pmcds.knowledge.vocabulary import Vocabulary
from pmcds.knowledge.yaml import Path, Source
from pmcds.model import words

RETIRED = "retired"
ALERT = words.ALERT
SECONDARY = "secondary"
_LOOKED_AT = ["patient-view"]
_NEVER_SILENT = (words.INDETERMINATE, words.CONFLICTING)


def name_problems(source: Source, vocabulary: Vocabulary) -> list[Problem]:
    """What must hold before a rule may run: everything that it names exists."""
    return Naming(source, vocabulary).check()


def rule_problems(source: Source, vocabulary: Vocabulary, files: Files, today: date) -> list[Problem]:
    """Every problem of one rule file that its form does not show."""
    document: Mapping[str, Any] = source.value
    problems = [*_identity(source, files), *name_problems(source, vocabulary)]
    if document["status"] != RETIRED:
        problems += _review(source, today)
    problems += [*_audience(source), *_populations(source)]
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def test_problems(source: Source, files: Files) -> Iterator[Problem]:
    """Whether a test file stands beside its rule, names it, and tells its tests apart."""
    wanted = rule_id(source.path)
    if f"{wanted}.yaml" not in files.paths:
        yield source.problem((), f"there is no rule {wanted}.yaml beside this test", "rename or delete the test")
    if source.value["rule"] != wanted:
        yield source.problem(("rule",), f"the rule is {wanted} by its path", f"write rule: {wanted}")
    rule = files.sources.get(f"{wanted}.yaml")
    active = rule is not None and rule.value.get("status") == "active"
    if active and all(test["expect"]["outcome"] != ALERT for test in source.value["tests"]):
        yield source.problem(("tests",), "no test expects an alert", "show a patient for whom the rule fires", key=True)
    seen: set[str] = set()
    for place, test in enumerate(source.value["tests"]):
        if test["name"] in seen:
            yield source.problem(("tests", place, "name"), "two tests have this name", "name what each one shows")
        seen.add(test["name"])


def _identity(source: Source, files: Files) -> Iterator[Problem]:
    wanted = rule_id(source.path)
    stated = source.value["rule"]
    if stated != wanted:
        yield source.problem(("rule",), f"the rule is {wanted} by its path", f"write rule: {wanted}, or move the file")
    if wanted + TEST not in files.paths and source.value["status"] != RETIRED:
        yield source.problem(("rule",), "the rule has no test", f"add {wanted.rsplit('/', 1)[-1]}{TEST} beside it")


def _review(source: Source, today: date) -> Iterator[Problem]:
    reviewed = source.value["reviewed"]
    days: dict[str, date] = {}
    for name in ("on", "again"):
        try:
            days[name] = date.fromisoformat(reviewed[name])
        except ValueError:
            yield source.problem(("reviewed", name), f"{reviewed[name]} is no day", 'a day as "2026-01-31"')
    if "again" in days and days["again"] < today:
        mend = "compare the rule with its sources, then set on and again"
        yield source.problem(("reviewed", "again"), f"the review was due on {days['again']}", mend)
    if len(days) == 2 and days["again"] <= days["on"]:
        yield source.problem(("reviewed", "again"), "the next review is not after the last one", "set a later day")


def _audience(source: Source) -> Iterator[Problem]:
    """A secondary finding is shown where somebody looks at the patient; it interrupts nobody."""
    document = source.value
    if document.get("audience") != SECONDARY:
        return
    if document["ask"]["hooks"] != _LOOKED_AT:
        yield source.problem(("ask", "hooks"), "a secondary finding interrupts nobody", "hooks: [patient-view]")
    if "drug" in document["ask"]:
        yield source.problem(("ask", "drug"), "a secondary finding is about no order", "take the drug out", key=True)
    for start, population in _by_population(document):
        for place, case in enumerate(population["cases"]):
            if case.get("card", {}).get("indicator", "info") != "info":
                here = (*start, "cases", place, "card", "indicator")
                yield source.problem(here, "a secondary finding informs, no more", "indicator: info")


def _by_population(document: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    several = "populations" in document
    for place, population in enumerate(populations_of(document)):
        yield ("populations", place) if several else (), population


def _populations(source: Source) -> Iterator[Problem]:
    names: set[str | None] = set()
    for start, population in _by_population(source.value):
        name = population.get("population")
        if name in names:
            yield source.problem((*start, "population"), f"two populations are named {name}", "name them apart")
        names.add(name)
        yield from _cases(source, population["cases"], (*start, "cases"))


def _cases(source: Source, cases: list[Mapping[str, Any]], path: Path) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for place, case in enumerate(cases):
        here = (*path, place)
        if case["case"] in seen:
            yield source.problem((*here, "case"), f"two cases are named {case['case']}", "name them apart")
        seen[case["case"]] = place
        if "if" not in case:
            if place < len(cases) - 1:
                mend = "move it to the end, or give it an if"
                yield source.problem((*here, "case"), "a case without `if` hides the cases below it", mend)
            continue
        if "silent" in case:
            yield from _silence(source, case["if"], (*here, "if"))
        if only_by_not(case["if"]):
            mend = "name the values for which the case holds"
            message = "this case holds only by `not` over a result, which is false where the result is not known"
            yield source.problem((*here, "if"), message, mend, key=True)


def _silence(source: Source, condition: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """A silent case may name unknown, and no other word."""
    for kind, stated in condition.items():
        here = (*path, kind)
        if kind in ("any", "all"):
            for place, part in enumerate(stated):
                yield from _silence(source, part, (*here, place))
        elif kind in BY_SUBJECT:
            for name, values in stated.items():
                several = isinstance(values, list)
                for place, value in enumerate(as_list(values)):
                    if value in _NEVER_SILENT:
                        where = (*here, name, *((place,) if several else ()))
                        message = f"a silent case may not be reached through {value}"
                        yield source.problem(where, message, "show a card, for example action: no-recommendation")


def only_by_not(condition: Mapping[str, Any], *, negated: bool = False) -> bool:
    """True if the condition cannot hold without `not` over an open-world kind."""
    parts: list[bool] = []
    for kind, stated in condition.items():
        if kind == "not":
            parts.append(only_by_not(stated, negated=not negated))
        elif kind in ("any", "all"):
            inner = [only_by_not(part, negated=negated) for part in stated]
            parts.append(all(inner) if (kind == "any") is not negated else any(inner))
        elif kind in BY_SUBJECT:
            parts.append(negated)
        else:
            parts.append(False)
    # The keys of one condition hold together; negated, one of them is enough.
    return all(parts) if negated else any(parts)
