"""Field torture (TB-01): blank every node of an input in seven ways and see what became of every decision line.

The oracle is the degradation table: taking information away never turns an alert or a doubt into "clear", and no
line goes away unless an input line says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pmcds
from pmcds.model import words
from tests.evidence.goldens import Golden, Watched
from tests.laws import PATIENT, check_laws, walk_sites

Path = tuple[str | int, ...]
DELETE = "delete"
EDITS: tuple[tuple[str, Any], ...] = (
    (DELETE, None), ("null", None), ("empty text", ""), ("zero", 0), ("list", []), ("object", {}), ("odd", "???"),
)  # fmt: skip
ORDER_TYPES = ("MedicationRequest", "MedicationStatement", "Medication")
# Input lines that say why an order has no decision lines.
EXITS = frozenset(
    {"void-status", "not-current", "do-not-perform", "other-patient", "withheld", "duplicate-of", "superseded-by"}
)
# Where an alert may appear by taking something away: fields that narrow a rule, and parties to a conflict.
NARROWING = ("Condition", "Patient", "Procedure", "Specimen", "MedicationRequest", "MedicationStatement")

# Results that contradict each other: when one of them no longer speaks, the other decides alone (M50).
CONFLICTS = frozenset({"conflict", "genotype-phenotype-mismatch"})

ALLOWED = {
    words.ALERT: (words.ALERT, words.CANNOT_TELL),
    words.CLEAR: (words.CLEAR, words.CANNOT_TELL),
    words.CANNOT_TELL: (words.CANNOT_TELL,),
    words.NOT_COVERED: (words.NOT_COVERED, words.CANNOT_TELL),
}

Line = tuple[str, str | None, bool, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def nodes(value: Any) -> list[Path]:
    """The place of every node below the root, each before those within it."""
    found: list[Path] = []
    if isinstance(value, (dict, list)):
        _add_nodes(value, (), found)
    return found


def _add_nodes(value: Any, path: Path, found: list[Path]) -> None:
    for name, item in value.items() if isinstance(value, dict) else enumerate(value):
        place = (*path, name)
        found.append(place)
        if isinstance(item, (dict, list)):
            _add_nodes(item, place, found)


def edited(source: Any, path: Path, edit: tuple[str, Any]) -> Any:
    """The source with one node changed (in place)."""
    holder = source
    for step in path[:-1]:
        holder = holder[step]
    if edit[0] == DELETE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = edit[1].copy() if isinstance(edit[1], (list, dict)) else edit[1]
    return source


@dataclass
class Tally:
    """What a run of the torture found."""

    cases: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str, str, str]] = field(default_factory=list)

    def fail(self, golden: str, path: Path, edit: str, what: str) -> None:
        self.failures.append((golden, "/" + "/".join(map(str, path)), edit, what))


@dataclass(frozen=True)
class Before:
    """The undisturbed result: its lines, and the entry of each order key."""

    lines: dict[tuple[str, str | None], Line]
    sites: dict[str, str]
    type_of_site: dict[str, str]


def lines_of(result: pmcds.Result) -> dict[tuple[str, str | None], Line]:
    return {
        (line.order, line.rule): (line.outcome, line.reason, line.quiet, line.cases, line.also, line.evidence)
        for line in result.ledger.orders
    }


def before(result: pmcds.Result) -> Before:
    sites = {line.resource: line.site for line in reversed(result.ledger.inputs)}
    types = {line.site: line.resource.split("/")[0].split(":")[0] for line in result.ledger.inputs}
    return Before(lines_of(result), sites, types)


def torture(engine: Watched, golden: Golden, tally: Tally, *, only: tuple[str, ...] | None = None) -> None:
    """Every node of one golden input in every way; `only` limits it to resources of these types."""
    calm = before(engine.of(golden))
    for path in nodes(golden.fresh()):
        if only is not None and touched_type(calm, path) not in only:
            continue
        for edit in EDITS:
            one_case(engine, golden, calm, path, edit, tally)


def one_case(engine: Watched, golden: Golden, calm: Before, path: Path, edit: tuple[str, Any], tally: Tally) -> None:
    """One node, one edit: evaluate, check the laws, compare the lines."""
    source = edited(golden.fresh(), path, edit)
    tally.cases += 1
    try:
        result = engine.of(golden, source)
    except pmcds.InputError as error:
        tally.verdicts[f"refused {error.code}"] += 1
        return
    except pmcds.HookError as error:
        tally.verdicts[f"refused {error.status}"] += 1
        return
    except Exception as error:
        tally.fail(golden.name, path, edit[0], f"crash {type(error).__name__}: {error}")
        return
    try:
        check_laws(engine, result, hook=golden.hooked)
    except AssertionError as error:
        tally.fail(golden.name, path, edit[0], f"law {str(error)[:200]}")
        return
    if golden.hook is None and len(result.ledger.inputs) != len(list(walk_sites(source))):
        tally.fail(golden.name, path, edit[0], "law LC-04: sites and input lines differ in number")
    found = list(compare(calm, result, path, edit[0]))
    for what in found:
        tally.fail(golden.name, path, edit[0], what)
    if not found:
        tally.verdicts["same" if lines_of(result) == calm.lines else "degraded"] += 1


def touched_site(calm: Before, path: Path) -> str | None:
    """The site in which a node stands."""
    pointer = "/" + "/".join(map(str, path))
    found = [site for site in calm.type_of_site if pointer == site or pointer.startswith(site + "/")]
    return max(found, key=len, default=None)


def touched_type(calm: Before, path: Path) -> str:
    """The type of the resource in which a node stands, or that stands in the node; what names the specimen is one."""
    site = touched_site(calm, path)
    if site is None:
        place = "/" + "/".join(map(str, path)) + "/"
        site = next((one for one in calm.type_of_site if one.startswith(place)), None)
    elif "specimen" in path:
        return "Specimen"
    return calm.type_of_site[site] if site is not None else ""


def moved(pointer: str, path: Path, edit: str) -> str | None:
    """Where a site stands after the edit; None if it is gone."""
    place = "/" + "/".join(map(str, path))
    if pointer == place or pointer.startswith(place + "/"):
        return None
    if edit == DELETE and isinstance(path[-1], int):
        holder = place.rsplit("/", 1)[0] + "/"
        if pointer.startswith(holder):
            index, _, rest = pointer[len(holder) :].partition("/")
            if int(index) > path[-1]:
                return f"{holder}{int(index) - 1}" + (f"/{rest}" if rest else "")
    return pointer


def compare(calm: Before, result: pmcds.Result, path: Path, edit: str) -> Iterator[str]:
    """What the degradation table does not allow."""
    after = lines_of(result)
    inputs = {line.site: line for line in result.ledger.inputs}
    touched = touched_type(calm, path)
    # Alerts that say on their card what would have decided otherwise.
    conditional = {
        (outcome.key, outcome.rule.id if outcome.rule else None)
        for outcome in result._outcomes
        if outcome.open_facts or any(verdict.reasons for verdict in outcome.verdicts)
    }
    for (order, rule), old in calm.lines.items():
        key: str | None = order
        if order in calm.sites:
            site = moved(calm.sites[order], path, edit)
            line = inputs.get(site) if site is not None else None
            if line is None:
                if not _supply_in_doubt(result):
                    yield from _gone(calm, inputs, order, path, edit)
                continue
            key = line.resource
            if line.ignored is not None and (key, rule) not in after and (key, None) not in after:
                if line.ignored not in EXITS or _blanked_status(path):
                    yield f"silent loss: {order} {rule} {old[0]} -> order ignored({line.ignored})"
                continue
        new = after.get((key or "", rule))
        if new is None:
            own = after.get((key or "", None))
            if own is not None and own[1] == "drug-not-chosen-yet":
                continue  # what order-select sends before a drug is picked
            if own is None or own[0] != words.CANNOT_TELL or own[1] not in words.ORDER_REASONS:
                merged = any(other[1] == rule and other != (order, rule) for other in after)
                yield f"silent loss: {order} {rule} {old[0]}({old[1]}) -> {own or ('merged' if merged else 'nothing')}"
            continue
        if old[1] in CONFLICTS and _party_is_silent(calm, old, new, path):
            continue
        if old[1] == "position-not-tested" and edit == DELETE and path[-2:-1] == ("component",):
            continue  # without the component that names a change, a negative result is about the whole gene
        if path[-1] == "comparator" or (path[-1] == "value" and edit == "zero"):
            continue  # another number is stated: that is no loss
        if new[0] == words.CLEAR and (touched == "Specimen" or _diagnosis_is_gone(calm, old, path, edit)):
            continue  # E13 in docs/evidence/open.json, and a closed problem list
        if (old[0], new[0]) == (words.CLEAR, words.ALERT) and _silencer_is_gone(calm, old, new, path):
            continue
        yield from _moved_along(old, new, (order, rule), touched, (key or "", rule) in conditional)
        yield from _told(old, new, (order, rule), inputs, calm, path, edit)


def _supply_in_doubt(result: pmcds.Result) -> bool:
    """True if the input as a whole is told to be unreadable, and no line keeps quiet or is clear."""
    flagged = {"entry-error", "truncated", "reader-failed"} & set(result.ledger.flags)
    return bool(flagged) and all(
        (line.outcome == words.CANNOT_TELL and not line.quiet) or line.outcome == words.NOT_COVERED
        for line in result.ledger.orders
    )


def _party_is_silent(calm: Before, old: Line, new: Line, path: Path) -> bool:
    """True if the edit is in one of the results that disagreed, and the line no longer rests on it."""
    site = touched_site(calm, path)
    party = next((key for key, place in calm.sites.items() if place == site), None)
    return party in old[5] and party not in new[5]


def _silencer_is_gone(calm: Before, old: Line, new: Line, path: Path) -> bool:
    """True if the edit is in the result for which a case was silent, and the card rests on what is left of the others.

    Where that result is merely unreadable the line is CANNOT-TELL; here it is gone, or about another change.
    """
    place = "/" + "/".join(map(str, path))
    gone = set(old[5]) - set(new[5])
    around = (touched_site(calm, path), *(site for site in calm.type_of_site if site.startswith(place + "/")))
    return bool(gone) and set(new[5]) < set(old[5]) and all(calm.sites.get(key) in around for key in gone)


def _diagnosis_is_gone(calm: Before, old: Line, path: Path, edit: str) -> bool:
    """True if the Condition on which the line rested was taken away whole, or given the name of another disease.

    The problem list is closed: what does not stand on it is not there. One that is merely unreadable is another matter.
    """
    place = "/" + "/".join(map(str, path))
    for key in old[5]:
        site = calm.sites.get(key, "")
        if calm.type_of_site.get(site) == "Condition":
            renamed = edit == "odd" and place.startswith(f"{site}/code")
            if renamed or site == place or site.startswith(place + "/"):
                return True
    return False


def _blanked_status(path: Path) -> bool:
    """A status that was blanked says nothing; it may not count as a status that ends the order."""
    return bool(path) and path[-1] in ("status", "doNotPerform")


def _gone(calm: Before, inputs: dict[str, Any], order: str, path: Path, edit: str) -> Iterator[str]:
    """The order's own entry was taken away; only a deleted, empty or null one may go without a word."""
    place = "/" + "/".join(map(str, path))
    if edit in (DELETE, "null", "list"):
        return
    around = (place, place.rsplit("/", 1)[0])
    dirty = [line for site, line in inputs.items() if site in around or site.startswith(place + "/")]
    if not any(line.ignored in words.IGNORED_DIRTY for line in dirty):
        yield f"silent loss: {order} gone without an input line"


def _moved_along(old: Line, new: Line, key: tuple[str, str | None], touched: str, conditional: bool) -> Iterator[str]:
    if new[0] in ALLOWED[old[0]]:
        return
    if new[0] == words.ALERT and (conditional or touched in NARROWING):
        return
    yield f"{old[0]}({old[1]}) -> {new[0]}({new[1]}) for {key[0]} {key[1]} {list(new[3])}"


def _told(
    old: Line,
    new: Line,
    key: tuple[str, str | None],
    inputs: dict[str, Any],
    calm: Before,
    path: Path,
    edit: str,
) -> Iterator[str]:
    """`no-result` may not be said where something unreadable could have been the result (1.2)."""
    if new[1] not in words.QUIET_REASONS or old[1] == new[1] or (key[0] == PATIENT and old[0] == words.NOT_COVERED):
        return
    if set(new[4]) - set(old[4]) - set(words.QUIET_REASONS):
        return  # several questions: the first reason is that of the untested one, the unread one stands in `also`
    site = touched_site(calm, path)
    place = moved(site, path, edit) if site is not None else None
    line = inputs.get(place) if place is not None else None
    if line is None:
        return
    no_type = path[-1] == "resourceType" and line.ignored == "type-not-read"
    voided = _blanked_status(path) and line.ignored in EXITS
    if no_type or voided or line.ignored in words.IGNORED_DIRTY:
        yield f"unread told as {new[1]}: {key[0]} {key[1]}, input ignored({line.ignored})"
