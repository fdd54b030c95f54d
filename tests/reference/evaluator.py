"""A second evaluator: slow, plain, written from the specification and the rule documents alone.

It sees abstract facts, the product sees FHIR. It shares no code with the product.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple

from tests.reference.documents import genes, listed, rules
from tests.reference.facts import Facts, Known, known, tumors

OPEN_WORLD = ("phenotype", "activity_score", "diplotype", "genotype", "allele", "variant", "biomarker", "laboratory")
WORDS = ("unknown", "unreadable", "indeterminate", "conflicting", "withheld")
# The order of precedence of the reasons, as the specification lists them.
REASONS = [
    "no-result",
    "result-pending",
    "unread-result",
    "status-unreadable",
    "no-subject",
    "unknown-code",
    "unknown-allele",
    "value-absent",
    "value-unreadable",
    "unit-unreadable",
    "modifier",
    "summary-only",
    "result-not-final",
    "indeterminate",
    "no-call",
    "position-not-tested",
    "copy-number-unknown",
    "phase-ambiguous",
    "resolution-too-low",
    "value-straddles-threshold",
    "age-straddles-limit",
    "sex-unknown",
    "interaction-undefined",
    "future-dated",
    "tumor-type-imprecise",
    "scale-mismatch",
    "conflict",
    "genotype-phenotype-mismatch",
    "not-supplied",
    "truncated",
    "entry-error",
    "withheld",
    "step-limit",
    "internal-error",
]


class Line(NamedTuple):
    """What the ledger should say about one order and one rule."""

    outcome: str
    reason: str
    quiet: bool
    cases: tuple[str, ...]


def lines(facts: Facts, only: frozenset[str] | None = None) -> dict[tuple[str, str | None], Line]:
    """Every decision line, by drug and rule; the patient is "@patient". `only`: as if there were no other rules."""
    known_rules = [rule for name, rule in rules().items() if only is None or name in only]
    found: dict[tuple[str, str | None], Line] = {}
    # Without a hook a current medication is in question like an order; the same drug once.
    for drug in dict.fromkeys((*facts.orders, *facts.taken)):
        covering = [rule for rule in known_rules if drug in listed(rule["ask"].get("drug", []))]
        for rule in covering:
            found[(drug, rule["rule"])] = decide(rule, drug, facts)
        if not covering:
            found[(drug, None)] = Line("NOT-COVERED", "no-rule", False, ())
    for rule in known_rules:
        if "drug" not in rule["ask"]:
            found[("@patient", rule["rule"])] = decide(rule, None, facts)
    return found


def decide(rule: dict[str, Any], drug: str | None, facts: Facts) -> Line:
    """One rule for one order."""
    ask = rule["ask"]
    if drug is not None and facts.local_route and ask.get("route") == "systemic":
        return Line("NOT-COVERED", "route-out-of-scope", False, ())
    imprecise = False
    if "cancer" in ask and not set(listed(ask["cancer"])) & tumors(facts):
        # A tumor whose kind is not told may be the one that the rule is about.
        if facts.cancer and "malignancy" not in facts.condition:
            return Line("NOT-COVERED", "indication-out-of-scope", False, ())
        imprecise = True
    populations = rule.get("populations") or [{"cases": rule["cases"]}]
    speaking = [one for one in populations if "when" not in one or _certain(one["when"], drug, facts)]
    verdicts = [_population(one, drug, facts) for one in speaking or populations]
    line = _combined(verdicts)
    if imprecise and line.outcome in ("ALERT", "CLEAR"):
        return Line("CANNOT-TELL", "tumor-type-imprecise", False, line.cases)
    if line.outcome == "CLEAR" and _is_inhibited(speaking or populations, drug, facts):
        return Line("CANNOT-TELL", "interaction-undefined", False, line.cases)
    return line


def _is_inhibited(populations: list[dict[str, Any]], drug: str | None, facts: Facts) -> bool:
    """True if another drug that is being ordered inhibits a gene whose value decides, and would change that value."""
    for kind, name in {question for one in populations for question in _asked(one)}:
        values = known(kind, name, facts).values if kind in ("phenotype", "activity_score") else ()
        # A poor metabolizer cannot become poorer.
        if not values or set(values) in ({Decimal(0)}, {"poor metabolizer"}):
            continue
        for row in genes().get(name.partition("@")[0], {}).get("modulators", []):
            counts = row["role"] == "inhibitor" and row["strength"] != "weak" and row["status"] == "active"
            if counts and row["drug"] in facts.orders and row["drug"] != drug:
                return True
    return False


def _asked(population: dict[str, Any]) -> list[tuple[str, str]]:
    """The questions of a population's cases, each once."""
    return list(dict.fromkeys(q for case in population["cases"] for q in questions(case.get("if", {}))))


def _combined(verdicts: list[Line]) -> Line:
    for outcome in ("ALERT", "CANNOT-TELL", "CLEAR"):
        chosen = [verdict for verdict in verdicts if verdict.outcome == outcome]
        if chosen:
            reason = (
                min((verdict.reason for verdict in chosen), key=_precedence) if outcome != "CLEAR" else chosen[0].reason
            )
            quiet = outcome == "CANNOT-TELL" and all(verdict.quiet for verdict in chosen)
            cases = tuple(case for verdict in verdicts for case in verdict.cases)
            return Line(outcome, reason, quiet, cases)
    raise LookupError("no population")


def _precedence(reason: str) -> int:
    return REASONS.index(reason) if reason in REASONS else -1


def questions(condition: Any) -> list[tuple[str, str]]:
    """Every question that a condition asks, in order."""
    found: list[tuple[str, str]] = []
    if isinstance(condition, list):
        for part in condition:
            found += questions(part)
        return found
    for kind, stated in condition.items():
        if kind in ("any", "all", "not"):
            found += questions(stated)
        elif kind == "age":
            found.append((kind, ""))
        else:
            found += [(kind, name) for name in (stated if isinstance(stated, dict) else listed(stated))]
    return found


def _answer(question: tuple[str, str], drug: str | None, facts: Facts) -> Known:
    if question[0] == "ordered_with":
        others = [name for name in facts.orders if name != drug]
        return Known(("present" if question[1] in (*others, *facts.taken) and question[1] in others else "absent",))
    return known(question[0], question[1], facts)


def _worlds(asked: list[tuple[str, str]], drug: str | None, facts: Facts) -> list[dict[tuple[str, str], Any]]:
    """Every combination of possible values; a word is a value of its own."""
    choices = []
    for question in asked:
        answer = _answer(question, drug, facts)
        choices.append(answer.values or (answer.word,))
    return [dict(zip(asked, combination, strict=True)) for combination in product(*choices)]


def _certain(condition: Any, drug: str | None, facts: Facts) -> bool:
    asked = list(dict.fromkeys(questions(condition)))
    return all(_holds(condition, world) for world in _worlds(asked, drug, facts))


def _holds(condition: Any, world: dict[tuple[str, str], Any], *, words: bool = True) -> bool:
    """True if every key of the condition holds; without `words` a value that is a word never fits."""
    for kind, stated in condition.items():
        if kind == "any":
            fits = any(_holds(part, world, words=words) for part in stated)
        elif kind == "all":
            fits = all(_holds(part, world, words=words) for part in stated)
        elif kind == "not":
            unsure = any(q[0] in OPEN_WORLD and world[q] in WORDS for q in questions(stated))
            fits = not unsure and not _holds(stated, world, words=words)
        elif kind == "age":
            fits = _fits(world[("age", "")], [stated])
        elif isinstance(stated, dict):
            fits = all(_fits(world[(kind, name)], listed(values), words) for name, values in stated.items())
        else:
            fits = any(world[(kind, name)] == "present" for name in listed(stated))
        if not fits:
            return False
    return True


def _fits(value: Any, wanted: list[Any], words: bool = True) -> bool:
    if value in WORDS and not words:
        return False
    for one in wanted:
        if isinstance(one, dict):
            if isinstance(value, Decimal) and _within(value, one):
                return True
        elif value == one or (isinstance(value, Decimal) and one.replace(".", "").isdigit() and value == Decimal(one)):
            return True
    return False


def _within(value: Decimal, limits: dict[str, str]) -> bool:
    return (
        ("at_least" not in limits or value >= Decimal(limits["at_least"]))
        and ("above" not in limits or value > Decimal(limits["above"]))
        and ("at_most" not in limits or value <= Decimal(limits["at_most"]))
        and ("below" not in limits or value < Decimal(limits["below"]))
    )


def _population(population: dict[str, Any], drug: str | None, facts: Facts) -> Line:
    cases = population["cases"]
    asked = _asked(population)
    answers = {question: _answer(question, drug, facts) for question in asked}
    worlds = _worlds(asked, drug, facts)
    if len(worlds) > 64:
        return Line("CANNOT-TELL", "step-limit", False, ())
    verdicts = [_case(population, world, answers) for world in worlds]
    first = verdicts[0]
    place = f"{population['population']}: " if "population" in population else ""
    advice = [_advice(cases, line) for line in verdicts]
    conflicts = [answer.reason for answer in answers.values() if answer.conflict]
    several = [answer.reason for answer in answers.values() if len(answer.values) > 1]
    if conflicts:
        return Line("CANNOT-TELL", min(several, key=_precedence), False, _named(place, verdicts))
    if all(line[:3] == first[:3] for line in verdicts) and all(one == advice[0] for one in advice):
        return Line(first.outcome, first.reason, first.quiet, _named(place, verdicts))
    if first.outcome == "CLEAR" and all(line.outcome == "CLEAR" for line in verdicts):
        return Line("CLEAR", first.reason, False, _named(place, verdicts))
    return Line("CANNOT-TELL", min(several, key=_precedence), False, _named(place, verdicts))


def _named(place: str, verdicts: list[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place + case for line in verdicts for case in line.cases))


def _advice(cases: list[dict[str, Any]], line: Line) -> Any:
    case = next((one for one in cases if one["case"] in line.cases), None)
    return None if case is None or "card" not in case else case["card"]["advice"]


def _case(population: dict[str, Any], world: dict[tuple[str, str], Any], answers: dict[tuple[str, str], Known]) -> Line:
    """The first case that fits speaks, for one value of each question."""
    asked = list(world)
    case = next((one for one in population["cases"] if _holds(one.get("if", {}), world)), None)
    if case is None:
        return Line("CANNOT-TELL", _first_reason(asked, world, answers) or "internal-error", False, ())
    named = list(dict.fromkeys(questions(case.get("if", {}))))
    if not _holds(case.get("if", {}), world, words=False):
        # Reached through a word: never proven, whatever it shows.
        reason = _first_reason(named, world, answers)
        about = all(answers[q].reason == "indeterminate" for q in named if world[q] == "indeterminate")
        reasons = {answers[question].reason for question in named if world[question] in WORDS}
        quiet = "silent" in case and reasons <= {"no-result", "result-pending"}
        return Line("CANNOT-TELL", reason, quiet and about, (case["case"],) if about else ())
    if "card" in case:
        if case.get("uncertain") == "true":
            return Line("CANNOT-TELL", "indeterminate", False, (case["case"],))
        return Line("ALERT", "", False, (case["case"],))
    needed = [q for one in population["cases"] if "card" in one for q in questions(one.get("if", {}))]
    missing = _first_reason([q for q in dict.fromkeys(needed) if q[0] in OPEN_WORLD], world, answers)
    if missing:
        return Line("CANNOT-TELL", missing, False, (case["case"],))
    return Line("CLEAR", case["case"], False, (case["case"],))


def _first_reason(
    asked: list[tuple[str, str]], world: dict[tuple[str, str], Any], answers: dict[tuple[str, str], Known]
) -> str:
    reasons = [answers[question].reason for question in asked if world[question] in WORDS]
    return min(reasons, key=_precedence, default="")
