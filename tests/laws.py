"""The ledger contract as code: what must hold for every result, whatever the input.

`check_laws` is called by the tests of every room; each check names the law that it states (LC-01 ...).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pmcds.api import Engine
from pmcds.model import words
from pmcds.result import Result

PATIENT = "@patient"

# Laws that one result alone cannot show, and the tests that show them.
ELSEWHERE: Mapping[str, str] = {
    "LC-09": "tests/evidence/test_laws.py::test_lc_09_without_its_evidence_no_line_is_clear",
    "LC-10": "tests/evidence/test_torture.py::test_blanking_any_node_of_an_order_loses_nothing_silently",
    "LC-11": "tests/evidence/test_relations.py::test_relation_holds",
    "LC-12": "tests/evidence/test_determinism.py::test_the_bytes_do_not_depend_on_the_environment",
    "LC-13": "tests/evidence/test_relations.py::test_relation_holds",
    "LC-14": "tests/evidence/test_laws.py::test_lc_14_nothing_outside_is_asked_while_evaluating",
    "LC-15": "tests/evidence/test_relations.py::test_relation_holds",
    "LC-16": "tests/evidence/test_crosstalk.py::",
    "LC-17": "tests/evidence/test_injection.py::test_hostile_text_in_one_place_is_never_live",
    "LC-18": "tests/hooks/test_escape.py::",
    "LC-19": "tests/fhir/test_opening.py::",
    "LC-20": "tests/evidence/test_relations.py::test_relation_holds",
    "LC-21": "tests/evidence/test_relations.py::test_relation_holds",
    "LC-23": "tests/evidence/test_attributes.py::test_no_rule_reads_what_it_does_not_declare",
    "LC-24": "tests/fhir/test_withheld.py::",
    "LC-25": "tests/evidence/test_canaries.py::",
    "LC-27": "tests/evidence/test_fuzz.py::test_edited_inputs_are_answered_or_refused",
}


def walk_sites(value: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers of every site, found without the reader's help."""
    if isinstance(value, list) and pointer == "":
        for place, item in enumerate(value):
            yield from walk_sites(item, f"/{place}")
        return
    if not isinstance(value, dict):
        return
    if value.get("resourceType") == "Bundle" or ("resourceType" not in value and "entry" in value):
        entries = value.get("entry")
        # One entry that is not in a list is one entry; anything else that is no list holds none.
        listed = entries if isinstance(entries, list) else [entries] if isinstance(entries, dict) else []
        for place, entry in enumerate(listed):
            here = f"{pointer}/entry/{place}"
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict) and resource:
                yield from walk_sites(resource, f"{here}/resource")
            else:
                yield here
        return
    if "resourceType" in value or pointer:
        yield pointer
        yield from _contained(value, pointer)
        if value.get("resourceType") == "Parameters":
            yield from _parameters(value, pointer)


def _contained(value: Mapping[str, Any], pointer: str) -> Iterator[str]:
    for place, item in enumerate(value.get("contained") or []):
        if isinstance(item, dict) and item:
            yield from walk_sites(item, f"{pointer}/contained/{place}")


def _parameters(value: Mapping[str, Any], pointer: str) -> Iterator[str]:
    for member in ("parameter", "part"):
        for place, part in enumerate(value.get(member) or []):
            if not isinstance(part, dict):
                continue
            here = f"{pointer}/{member}/{place}"
            if isinstance(part.get("resource"), dict):
                yield from walk_sites(part["resource"], f"{here}/resource")
            yield from _parameters(part, here)


def check_laws(engine: Engine, result: Result, *, hook: str | None = None, named: bool = False) -> None:
    """Every law that can be checked on one result."""
    _vocabulary(engine, result)
    _completeness(engine, result, hook=hook, named=named)
    _evidence(result)
    _cards(result)
    _response(result)


def _vocabulary(engine: Engine, result: Result) -> None:
    for line in result.ledger.orders:
        assert line.outcome in words.OUTCOMES, ("LC-05", line)
        if line.outcome == words.ALERT:
            assert line.reason is None, ("LC-03", line)
        else:
            assert line.reason, ("LC-03", line)
        if line.outcome == words.CANNOT_TELL:
            assert line.reason in words.CANNOT_TELL_REASONS, ("LC-05", line)
            assert set(line.also) <= set(words.CANNOT_TELL_REASONS), ("LC-05", line)
        if line.outcome == words.NOT_COVERED:
            assert line.reason in words.NOT_COVERED_REASONS, ("LC-05", line)
        if line.quiet:
            assert line.outcome == words.CANNOT_TELL and line.reason in words.QUIET_REASONS, ("LC-06", line)
    for entry in result.ledger.inputs:
        assert (entry.used is None) != (entry.ignored is None), ("LC-04", entry)
        assert entry.used in (None, *words.ROLES), ("LC-05", entry)
        assert entry.ignored in (None, *words.IGNORED_REASONS), ("LC-05", entry)
    assert result.complete == all(line.outcome != words.CANNOT_TELL for line in result.ledger.orders), "LC-03"
    sites = [entry.site for entry in result.ledger.inputs]
    assert len(sites) == len(set(sites)), ("LC-04", [site for site, n in Counter(sites).items() if n > 1])
    assert result.ledger.snapshot == engine.knowledge.snapshot, "LC-22"


def _completeness(engine: Engine, result: Result, *, hook: str | None, named: bool) -> None:
    """LC-01, LC-02: recomputed from rule headers alone."""
    lines = Counter((line.order, line.rule) for line in result.ledger.orders)
    assert all(count == 1 for (_, rule), count in lines.items() if rule is not None), ("LC-01", lines)
    by_hook = hook is not None and not named
    active = [r for r in engine.active_rules() if not by_hook or hook in r.hooks]
    for order in {line.order for line in result.ledger.orders}:
        rules = {line.rule for line in result.ledger.orders if line.order == order and line.rule is not None}
        if order == PATIENT:
            assert rules == {rule.id for rule in active if not rule.drugs}, "LC-02"
            continue
        lines_of = [line for line in result.ledger.orders if line.order == order and line.drug]
        drugs = {name for line in lines_of for name in (line.drug or "").split(" + ")}
        parts = [line for line in lines_of if line.rule is None and line.reason == "drug-partly-recognized"]
        ruled = [line for line in lines_of if line.rule is not None]
        alone = [line for line in result.ledger.orders if line.order == order and line.rule is None]
        assert len(alone) == len(parts) or (len(alone) == 1 and not ruled), ("LC-02", order)
        for name in drugs:
            covering = {rule.id for rule in active if name in rule.drugs}
            assert covering <= rules, ("LC-01", order, covering - rules)


def _evidence(result: Result) -> None:
    used = {entry.resource: entry for entry in result.ledger.inputs if entry.used}
    ignored = {entry.resource for entry in result.ledger.inputs if entry.ignored} - set(used)
    cited: set[str] = set()
    for line in result.ledger.orders:
        cited.update(line.evidence)
        assert not set(line.evidence) & ignored, ("LC-08", line)
        if line.outcome in (words.ALERT, words.CLEAR) and not line.order.startswith("order:"):
            assert line.evidence, ("LC-08", line)
    for entry in result.ledger.inputs:
        if entry.used == "decisive":
            assert entry.resource in cited, ("LC-08", entry)


def _cards(result: Result) -> None:
    lines = {(line.order, line.rule): line for line in result.ledger.orders}
    carried = {key for card in result.cards for key in card.lines}
    for key, line in lines.items():
        if line.outcome == words.ALERT:
            assert key in carried, ("LC-07", line)
        if line.outcome == words.CANNOT_TELL and not line.quiet:
            assert key in carried, ("LC-06", line)
    for card in result.cards:
        assert card.lines, ("LC-07", card.uuid)
        for key in card.lines:
            assert lines[key].outcome in (words.ALERT, words.CANNOT_TELL), ("LC-07", lines[key])
        assert len(card.summary) < 140 and len(card.summary.encode("utf-16-le")) // 2 < 140, ("LC-26", card.summary)
    assert len({card.uuid for card in result.cards}) == len(result.cards), "C15"


def _response(result: Result) -> None:
    response = result.to_dict()
    for place, value in _leaves(response):
        if place == "/cards" and value == []:
            continue
        assert value not in (None, "", [], {}), ("LC-26", place)
    orders = {line.order for line in result.ledger.orders}
    for card in response["cards"]:
        for suggestion in card.get("suggestions", ()):
            for action in suggestion["actions"]:
                if action["type"] == "delete":
                    assert action["resourceId"] in orders, ("LC-28", action)
    assert "systemActions" not in response, "LC-28"


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, f"{place}/{name}")
    elif isinstance(value, list) and value:
        for position, item in enumerate(value):
            yield from _leaves(item, f"{place}/{position}")
    else:
        yield place, value
