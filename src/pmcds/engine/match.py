"""Run the cases of a rule for every combination of values that is possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from pmcds.engine.outcome import Verdict
from pmcds.model import words
from pmcds.model.answers import NUMERIC, Answer, Interval
from pmcds.model.rules import ACTION_RANK, INDICATORS, Atom, Case, Condition, Environment, Not, Population, Rule, Test

# More combinations than this are not tried: the line is CANNOT-TELL(step-limit).
STEP_LIMIT = 64

Values = Sequence[Sequence[str | Decimal]]


def possible_values(answer: Answer, cuts: Sequence[Decimal]) -> tuple[str | Decimal, ...]:
    """Every value that the answer leaves open: its word, its keys, one number for each side of a cut-off.

    A conflict stands for the values of both sides; the caller makes the line CANNOT-TELL whatever they say.
    """
    keys = answer.keys
    if answer.word is not None:
        if answer.word != words.CONFLICTING or not answer.alternatives:
            return (answer.word,)
        keys = answer.alternatives
    values: list[str | Decimal] = []
    for key in keys:
        values.extend(_representatives(key, cuts) if isinstance(key, Interval) else (key,))
    return tuple(dict.fromkeys(values))


def _representatives(interval: Interval, cuts: Sequence[Decimal]) -> Iterator[Decimal]:
    """One number from each region between and on the cut-offs that the interval reaches."""
    low, high = interval.low, interval.high
    if low is not None and low == high:
        yield low
        return
    edges = sorted(set(cuts))
    floor: Decimal | None = None
    for edge in [*edges, None]:
        number = _inside(interval, floor, edge)
        if number is not None:
            yield number
        if edge is not None and _reaches(interval, edge):
            yield edge
        floor = edge


def _reaches(interval: Interval, point: Decimal) -> bool:
    below = interval.low is not None and (point < interval.low or (interval.low_open and point == interval.low))
    above = interval.high is not None and (point > interval.high or (interval.high_open and point == interval.high))
    return not below and not above


def _inside(interval: Interval, floor: Decimal | None, ceiling: Decimal | None) -> Decimal | None:
    """A number of the interval strictly between floor and ceiling (None is unbounded), or None."""
    lows = [edge for edge in (interval.low, floor) if edge is not None]
    highs = [edge for edge in (interval.high, ceiling) if edge is not None]
    low = max(lows, default=None)
    high = min(highs, default=None)
    if low is not None and high is not None:
        return (low + high) / 2 if low < high else None
    if low is not None:
        return low + 1
    return high - 1 if high is not None else Decimal(0)


def speaking(rule: Rule, values: Values) -> tuple[tuple[Population, ...], bool]:
    """The populations that speak, and whether their `when` is proven; if none is proven, all speak."""
    # A population without `when` is a guideline of its own: it always speaks.
    proven = tuple(p for p in rule.populations if p.when is None or _always(p.when, p.decides, values))
    return (proven, True) if proven else (rule.populations, False)


def _always(when: Test, decides: Sequence[int], values: Values) -> bool:
    """True if `when` holds for every combination of what is open; with too many of them nothing is proven."""
    possible = environments(decides, values)
    return possible is not None and all(when(environment) for environment in possible)


def environments(slots: Sequence[int], values: Values) -> list[Environment] | None:
    """Every combination of the open values of these slots, or None if there are too many."""
    count = 1
    for slot in slots:
        count *= len(values[slot])
        if count > STEP_LIMIT:
            return None
    base: list[str | Decimal | None] = [choices[0] if choices else None for choices in values]
    if count == 1:
        return [tuple(base)]
    environments: list[Environment] = []
    for combination in product(*(values[slot] for slot in slots)):
        for slot, value in zip(slots, combination, strict=True):
            base[slot] = value
        environments.append(tuple(base))
    return environments


def judge(population: Population, answers: Sequence[Answer], values: Values) -> Verdict:
    """What the cases of the population say about these answers."""
    possible = environments(population.used, values)
    if possible is None:
        return Verdict(population, words.CANNOT_TELL, "step-limit", None, ("step-limit",))
    verdicts = [_single(population, answers, environment) for environment in possible]
    forced = [
        answers[slot].reason or "conflict"
        for slot in population.used
        if answers[slot].word == words.CONFLICTING and words.CONFLICTING not in values[slot]
    ]
    first = verdicts[0]
    if not forced and (len(verdicts) == 1 or all(_same(first, other) for other in verdicts[1:])):
        return first if len(verdicts) == 1 else _agreed(verdicts)
    reasons = forced + [
        answers[slot].reason or "indeterminate"
        for slot in population.used
        if answers[slot].word is None and len(values[slot]) > 1
    ]
    return _cautious(population, verdicts, reasons)


def _is_unnamed(population: Population, answers: Sequence[Answer], environment: Environment) -> bool:
    """True if a laboratory gave a word that no case names in the place of a number."""
    worded = {
        (answers[slot].subject, environment[slot])
        for slot in population.used
        if answers[slot].subject.kind in NUMERIC and isinstance(environment[slot], str)
    }
    named = {
        (atom.subject, value) for case in population.cases for atom in atoms(case.condition) for value in atom.values
    }
    return not worded <= named


def _agreed(verdicts: Sequence[Verdict]) -> Verdict:
    """Several combinations with the same advice: the weakest strength speaks, all cases are named."""
    lead = min(verdicts, key=lambda verdict: _strength_rank(verdict.case))
    cases = tuple(dict.fromkeys(v.case for v in verdicts if v.case is not None))
    return Verdict(lead.population, lead.outcome, lead.reason, lead.case, lead.reasons, lead.quiet, False, cases)


def _strength_rank(case: Case | None) -> int:
    strength = (case.strength or "").lower() if case is not None else ""
    return {"strong": 2, "moderate": 1, "optional": 0}.get(strength, -1)


def _single(population: Population, answers: Sequence[Answer], environment: Environment) -> Verdict:
    """The verdict for one value of each subject."""
    case = next((case for case in population.cases if case.test(environment)), None)
    if case is None:
        return _undecided(population, answers, environment, population.used)
    if case.condition is None and (
        _reasons(answers, environment, population.used, default=False) or _is_unnamed(population, answers, environment)
    ):
        # "Everything else" does not speak about what could not be told, nor about a word where numbers are asked for.
        return _undecided(population, answers, environment, population.used)
    if not case.proven(environment):
        reasons = _reasons(answers, environment, case.named)
        waiting = "result-pending" in reasons and asks_for_test(case)
        if waiting or not _speaks_about(answers, environment, case):
            # No test is asked for while its result is on the way (PG94).
            return Verdict(population, words.CANNOT_TELL, reasons[0], None, reasons)
        quiet = case.silent is not None and all(reason in words.QUIET_REASONS for reason in reasons)
        return Verdict(population, words.CANNOT_TELL, reasons[0], case, reasons, quiet)
    if case.card is not None:
        missing = _reasons(answers, environment, population.needs, default=False)
        if case.uncertain:
            reasons = _ordered(("indeterminate", *missing))
            return Verdict(population, words.CANNOT_TELL, "indeterminate", case, reasons)
        if population.suppressing and (doubts := _suppressed_by(population, answers, environment, case)):
            reasons = _ordered((*doubts, *missing))
            return Verdict(population, words.CANNOT_TELL, doubts[0], case, reasons, cautious=True)
        return Verdict(population, words.ALERT, None, case, missing)
    return _silent(population, answers, environment, case)


# Something is on file and may be the value that an earlier case is silent for.
_UNUSABLE = frozenset({words.UNREADABLE, words.CONFLICTING, words.WITHHELD})


def _suppressed_by(
    population: Population, answers: Sequence[Answer], environment: Environment, case: Case
) -> tuple[str, ...]:
    """Why a card may not be due: an earlier case is silent for a result that is on file and cannot be used."""
    found: list[str] = []
    for earlier in population.cases[: population.cases.index(case)]:
        slots = [slot for slot in earlier.named & population.suppressing if environment[slot] in _UNUSABLE]
        if earlier.silent is None or not slots:
            continue
        wanted = {atom.subject: min(atom.values) for atom in atoms(earlier.condition) if atom.values}
        readable = list(environment)
        for slot in slots:
            readable[slot] = wanted.get(answers[slot].subject, environment[slot])
        if earlier.test(tuple(readable)):
            found += [answers[slot].reason or "unread-result" for slot in slots]
    return _ordered(found)


def asks_for_test(case: Case | None) -> bool:
    """True if the case does nothing but ask for a test."""
    return case is not None and case.card is not None and all(one.action == "test-first" for one in case.card.advice)


def _speaks_about(answers: Sequence[Answer], environment: Environment, case: Case) -> bool:
    """A guideline's row for "indeterminate" is about a known result of uncertain meaning, not about a result that is
    not final, not called, or not resolved: these get the plain notice with their own reason."""
    return all(
        answers[slot].reason in ("indeterminate", None)
        for slot in case.named
        if environment[slot] == words.INDETERMINATE
    )


def _silent(population: Population, answers: Sequence[Answer], environment: Environment, case: Case) -> Verdict:
    """CLEAR only if every subject that any card case names has a definite value that codes, not words, gave."""
    open_reasons = _reasons(answers, environment, population.needs, default=False)
    if open_reasons:
        return Verdict(population, words.CANNOT_TELL, open_reasons[0], case, open_reasons)
    weak = [reason for slot in sorted(population.needs | case.named) for reason in _weak(answers[slot])]
    if weak:
        reasons = _ordered(weak)
        return Verdict(population, words.CANNOT_TELL, reasons[0], case, reasons)
    return Verdict(population, words.CLEAR, case.id, case)


def _weak(answer: Answer) -> tuple[str, ...]:
    """Why an answer may support an alert but never a CLEAR: known by name only, or beside something not usable."""
    noted = tuple(note for note in answer.notes if note in words.REASON_ORDER)
    return (*noted, "unread-result") if answer.by_name else noted


def _undecided(
    population: Population, answers: Sequence[Answer], environment: Environment, slots: Sequence[int]
) -> Verdict:
    reasons = _reasons(answers, environment, slots)
    return Verdict(population, words.CANNOT_TELL, reasons[0], None, reasons)


def _reasons(
    answers: Sequence[Answer], environment: Environment, slots: Sequence[int] | frozenset[int], *, default: bool = True
) -> tuple[str, ...]:
    found = [
        answers[slot].reason or "unread-result"
        for slot in sorted(slots)
        if isinstance(environment[slot], str) and environment[slot] in words.ANSWER_WORDS
    ]
    if not found and default:
        # `cover` proves that active rules have no gap: what is left is a word where the rule asks for a number.
        measured = any(answers[slot].subject.kind in ("biomarker", "laboratory") for slot in slots)
        return ("scale-mismatch",) if measured else ("internal-error",)
    return _ordered(found)


def _ordered(reasons: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(reasons), key=lambda reason: words.REASON_ORDER.get(reason, 999)))


def _same(one: Verdict, other: Verdict) -> bool:
    if one.outcome != other.outcome or one.quiet != other.quiet:
        return False
    if one.outcome == words.CANNOT_TELL and one.reason != other.reason:
        return False
    return _advice(one.case) == _advice(other.case)


def _advice(case: Case | None) -> object:
    if case is None or case.card is None:
        return None
    return tuple(advice.identity() for advice in case.card.advice)


def caution(case: Case | None) -> tuple[int, int]:
    """How cautious a case is: the smaller, the more cautious."""
    if case is None or case.card is None:
        return (len(INDICATORS), len(ACTION_RANK))
    rank = min((ACTION_RANK[advice.action] for advice in case.card.advice), default=len(ACTION_RANK))
    return (len(INDICATORS) - INDICATORS.index(case.card.indicator), rank)


def _cautious(population: Population, verdicts: Sequence[Verdict], reasons: Sequence[str]) -> Verdict:
    """Several values are possible and lead to different advice: the most cautious case shows, nothing is decided."""
    lead = min(verdicts, key=lambda verdict: caution(verdict.case))
    own = [reason for verdict in verdicts for reason in verdict.reasons if verdict.outcome == words.CANNOT_TELL]
    every = _ordered(list(reasons) + own)
    reason = _ordered(reasons)[0] if reasons else every[0]
    case = lead.case if lead.case is not None and lead.case.card is not None else None
    possible = tuple(dict.fromkeys(verdict.case for verdict in verdicts if verdict.case is not None))
    return Verdict(
        population, words.CANNOT_TELL, reason, case, (reason, *(r for r in every if r != reason)), False, True, possible
    )


def combine(verdicts: Sequence[Verdict]) -> tuple[str, str | None, tuple[str, ...], bool]:
    """Over populations: any ALERT, else any CANNOT-TELL, else CLEAR. Gives outcome, reason, also, quiet."""
    for wanted in (words.ALERT, words.CANNOT_TELL, words.CLEAR):
        chosen = [verdict for verdict in verdicts if verdict.outcome == wanted]
        if not chosen:
            continue
        if wanted == words.ALERT:
            return wanted, None, (), False
        if wanted == words.CLEAR:
            return wanted, chosen[0].reason, (), False
        reasons = _ordered([reason for verdict in chosen for reason in verdict.reasons])
        lead = _ordered([verdict.reason for verdict in chosen if verdict.reason])[0]
        return wanted, lead, tuple(r for r in reasons if r != lead), all(verdict.quiet for verdict in chosen)
    raise ValueError("a rule has at least one population")


def slot_values(rule: Rule, answers: Sequence[Answer]) -> list[tuple[str | Decimal, ...]]:
    """The open values of each subject of the rule; a conflict stays a word where a case speaks about it."""
    cuts: Mapping[int, tuple[Decimal, ...]] = rule.cuts
    return [
        (words.CONFLICTING,)
        if answer.word == words.CONFLICTING and _names_conflict(rule, slot)
        else possible_values(answer, cuts.get(slot, ()))
        for slot, answer in enumerate(answers)
    ]


def _names_conflict(rule: Rule, slot: int) -> bool:
    subject = rule.subjects[slot]
    return any(
        atom.subject == subject and words.CONFLICTING in atom.values
        for population in rule.populations
        for case in population.cases
        for atom in atoms(case.condition)
    )


def atoms(condition: Condition | None) -> Iterator[Atom]:
    """Every atom of a condition, from left to right."""
    if isinstance(condition, Atom):
        yield condition
    elif isinstance(condition, Not):
        yield from atoms(condition.part)
    elif condition is not None:
        for part in condition.parts:
            yield from atoms(part)
