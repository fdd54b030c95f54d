"""Whether every active rule fires in this installation: a rule that was lost or cut is noticed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pmcds.api import Engine
from pmcds.check.report import Report
from pmcds.check.trial import NOW, differences
from pmcds.errors import Problem
from pmcds.knowledge import Knowledge
from pmcds.settings import FAMILIES, Settings

FIRES = "ALERT"


def selftest(knowledge: Knowledge | None = None) -> Report:
    """Run the tests that expect an alert, with the knowledge as installed; each active rule must pass them all.

    Raises KnowledgeError if the installed knowledge cannot be read.
    """
    engine = Engine(knowledge, Settings(families=tuple(FAMILIES)))
    tests = engine.knowledge.tests
    problems: list[Problem] = []
    count = 0
    for rule in engine.active_rules():
        firing = [test for test in tests.get(rule.id, {}).get("tests", ()) if test["expect"]["outcome"] == FIRES]
        count += len(firing)
        problems += _problems(engine, rule.id, firing, str(tests.get(rule.id, {}).get("now") or NOW))
    return Report(tuple(problems), {"rules": len(engine.active_rules()), "tests": count})


def _problems(engine: Engine, rule: str, firing: list[Mapping[str, Any]], now: str) -> Iterator[Problem]:
    file = f"{rule}.test.yaml"
    if not firing:
        yield Problem(file, 0, 0, "no test expects an alert, so it is not known whether the rule fires", "add one")
    for test in firing:
        try:
            found = differences(engine, rule, test, now)
        except Exception as error:
            yield Problem(file, 0, 0, f"{test['name']}: stopped with {type(error).__name__}", "report this defect")
            continue
        for key, message in found:
            yield Problem(file, 0, 0, f"{test['name']}: {key}: {message}", "install again, or run pmcds check")
