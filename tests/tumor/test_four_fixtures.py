"""Every rule of the tumor, germline and laboratory families, active or draft, has fixtures of the four kinds.

Positive (ALERT), negative (CLEAR), unknown (no result; where a rule asks for diagnoses only, an order that nobody
recognizes), near miss (a result or a diagnosis, other than those of the positive ones, that does not alert).
`pmcds check` runs all of them as FHIR bundles through the whole line, those of drafts too.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cards.files import CARDS, beside, load, rule_paths
from tests.tumor.support import engine

FAMILIES = ("germline", "laboratory", "tumor")
PATHS = [path for path in rule_paths() if path.relative_to(CARDS).parts[0] in FAMILIES]
KINDS = ("positive", "negative", "unknown", "near miss")
NOTHING_FOUND = {"absent", "negative", "none", "not detected", "fusion absent"}
# A negative result that is known by its name only, as no code of the test was verified, never clears.
BY_NAME = "unread-result"
NO_RESULT_MATTERS = "the label leaves this tumor out whatever the variant: there is no result to miss or to lack"
NO_CUT_OFF = "no source states a cut-off: a value is shown and never judged"
# (rule, kind): why there is none.
EXCEPTIONS: dict[tuple[str, str], str] = {
    **{("tumor/colorectal/dabrafenib-trametinib", kind): NO_RESULT_MATTERS for kind in KINDS[1:]},
    **{("laboratory/tpmt-activity/thiopurines", kind): NO_CUT_OFF for kind in KINDS[:2]},
}


def name(path: Path) -> str:
    return path.relative_to(CARDS).as_posix().removesuffix(".yaml")


def told(test: dict[str, Any]) -> str:
    """What the patient of a test has that a rule may answer to, as text; "" where nothing was found."""
    patient = test["patient"]
    found = []
    for kind in ("variant", "biomarker", "laboratory", "condition", "diplotype", "genotype", "medication"):
        stated = patient.get(kind) or {}
        pairs = stated.items() if isinstance(stated, dict) else [(kind, stated)]
        found += [f"{key} {value}" for key, value in pairs if str(value) not in NOTHING_FOUND]
    more = {key: patient.get(key) for key in ("specimen", "order", "cancer", "age", "sex")}
    return json.dumps([found, more], sort_keys=True) if found else ""


def kinds(path: Path) -> dict[str, int]:
    """How many fixtures of each kind a rule has; a fixture may be of two kinds."""
    tests = load(beside(path))["tests"]
    asks = bool(load(path)["ask"].get("know"))
    alerts = {told(test) for test in tests if test["expect"]["outcome"] == "ALERT"}
    found: Counter[str] = Counter()
    for test in tests:
        outcome, reason = test["expect"]["outcome"], test["expect"].get("reason")
        found["positive"] += outcome == "ALERT"
        found["negative"] += outcome == "CLEAR" or (outcome == "CANNOT-TELL" and reason == BY_NAME)
        lacking = ("no-result",) if asks else ("no-result", "drug-unrecognized")
        found["unknown"] += outcome == "CANNOT-TELL" and reason in lacking
        own = told(test)
        found["near miss"] += outcome in ("CLEAR", "CANNOT-TELL") and own != "" and own not in alerts
    return dict(found)


def is_retired(path: Path) -> bool:
    """A retired rule keeps its tests for the record and speaks no more."""
    return bool(load(path)["status"] == "retired")


@pytest.mark.parametrize("path", [path for path in PATHS if not is_retired(path)], ids=name)
def test_every_rule_active_or_draft_has_the_four_kinds_of_fixtures(path: Path) -> None:
    found = kinds(path)
    missing = [kind for kind in KINDS if not found[kind] and (name(path), kind) not in EXCEPTIONS]
    assert missing == []
    assert len(load(beside(path))["tests"]) >= 4


def test_no_exception_is_left_where_the_fixture_exists() -> None:
    for rule, kind in EXCEPTIONS:
        assert kinds(CARDS / f"{rule}.yaml")[kind] == 0, (rule, kind)


def test_a_retired_rule_has_no_line_of_its_own() -> None:
    retired = {name(path) for path in PATHS if is_retired(path)}
    assert retired
    assert retired.isdisjoint(rule.id for rule in engine().active_rules())
