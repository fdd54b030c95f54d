"""What is remembered of rules that need no order and of which nothing was read: functions of rule and answers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from pmcds.engine.outcome import Outcome, Verdict, line_of
from pmcds.model import words
from pmcds.model.answers import NUMERIC, Answer, Subject
from pmcds.model.findings import Supply
from pmcds.model.ledger import DecisionLine
from pmcds.model.rules import Rule

Question = tuple[Subject, str | None]
Answers = Mapping[Question, Answer]
Answered = list[Answer | None]
# The verdict of each population that speaks, and whether their conditions are proven.
Decided = tuple[tuple[Verdict, ...], bool]


class Blank:
    """Outcomes of rules that need no order, where no answer rests on any input: functions of rule and answers alone."""

    __slots__ = ("_asks", "_batches", "_known", "_lines", "_verdicts", "size")

    # Outcomes kept for one rule: what was supplied differs from client to client, not from call to call.
    MOST = 8
    BATCHES = 32

    def __init__(self, size: int = 4096) -> None:
        self.size = size
        self._asks: dict[Rule, tuple[Question, ...] | None] = {}
        self._known: dict[Rule, list[tuple[bool, tuple[Answer | None, ...], Outcome]]] = {}
        self._lines: dict[int, tuple[Outcome, DecisionLine]] = {}
        self._batches: dict[Hashable, Batch] = {}
        self._verdicts: dict[Hashable, Decided] = {}

    def verdicts(
        self, rule: Rule, answers: tuple[Answer, ...], work: Callable[[Rule, tuple[Answer, ...]], Decided]
    ) -> Decided:
        """What a rule says to answers of these values and reasons, whatever they rest on; numbers are not kept."""
        if not rule.cuts and not [answer for answer in answers if answer.subject.kind in NUMERIC]:
            key = (
                rule,
                *[
                    (a.keys, a.word, a.reason, a.alternatives, a.by_name, _reasons(a.notes) if a.notes else ())
                    for a in answers
                ],
            )
            found = self._verdicts.get(key)
            if found is not None:
                return found
            found = work(rule, answers)
            if found[0]:
                if len(self._verdicts) >= self.size:
                    self._verdicts = {}
                self._verdicts[key] = found
            return found
        return work(rule, answers)

    def batch(self, rules: tuple[Rule, ...], cancer_known: bool, supply: Supply) -> Batch:
        """What is remembered of all these rules together; `supply` decides what no answer means."""
        key = (rules, cancer_known, supply)
        found = self._batches.get(key)
        if found is None:
            if len(self._batches) >= self.BATCHES:
                self._batches = {}
            found = self._batches[key] = Batch([self._asked(rule) for rule in rules])
        return found

    def _asked(self, rule: Rule) -> tuple[Question, ...] | None:
        """Every question of the rule, or None if it asks for orders."""
        try:
            return self._asks[rule]
        except KeyError:
            asked = self._asks[rule] = None if asks_orders(rule) else questions((rule,))
            return asked

    def answers(self, rule: Rule, answers: Answers) -> tuple[Answer | None, ...] | None:
        """The answers to every question of the rule, or None if it asks for orders."""
        asked = self._asked(rule)
        return None if asked is None else tuple([answers.get(question) for question in asked])

    def get(self, rule: Rule, cancer_known: bool, answers: tuple[Answer | None, ...]) -> Outcome | None:
        """The outcome of the rule by these answers, if it is known."""
        for known_cancer, known, outcome in self._known.get(rule, ()):
            if known_cancer == cancer_known and known == answers:
                return outcome
        return None

    def keep(self, rule: Rule, cancer_known: bool, answers: tuple[Answer | None, ...], outcome: Outcome) -> None:
        """Remember an outcome that rests on no input; a full memory begins anew."""
        if any(answer is None or answer.sources for answer in answers):
            return
        if len(self._known) >= self.size:
            self._known = {}
        kept = self._known.get(rule, ())
        self._known[rule] = [*(kept if len(kept) < self.MOST else ()), (cancer_known, answers, outcome)]

    def lines(self, outcomes: Sequence[Outcome]) -> list[DecisionLine]:
        """The lines of outcomes; those of remembered outcomes are made once."""
        known = self._lines
        return [
            found[1] if (found := known.get(id(outcome))) is not None and found[0] is outcome else self._line(outcome)
            for outcome in outcomes
        ]

    def _line(self, outcome: Outcome) -> DecisionLine:
        line = line_of(outcome)
        if outcome.order is None and not outcome.evidence and not outcome.context:
            if len(self._lines) >= self.size:
                # A new one: whoever reads lines from the old one goes on.
                self._lines = {}
            self._lines[id(outcome)] = outcome, line
        return line

    def __reduce__(self) -> tuple[type[Blank], tuple[int]]:
        return Blank, (self.size,)


def _reasons(notes: Iterable[str]) -> tuple[str, ...]:
    """The notes that speak against CLEAR; the others are only shown."""
    return tuple([note for note in notes if note in words.REASON_ORDER])


class Batch:
    """Outcomes of many rules by answers that rest on no input, told apart by identity.

    A question has one place, at which the first such answer is kept; a rule whose questions all have the answers kept
    has the outcome kept. Any other answer means that the rule is judged. Answers and outcomes are kept together and
    replaced at once, so that threads never see one without the other.
    """

    __slots__ = ("_asked", "_kept", "_places", "_rules")

    def __init__(self, asked: Sequence[tuple[Question, ...] | None]) -> None:
        places: dict[Question, int] = {}
        for one in asked:
            for question in one or ():
                places.setdefault(question, len(places))
        self._asked = tuple(places)
        # None: a rule that asks for orders is always judged.
        self._places = [None if one is None else tuple([places[question] for question in one]) for one in asked]
        rules: list[list[int]] = [[] for _ in places]
        for number, of_rule in enumerate(self._places):
            for place in of_rule or ():
                rules[place].append(number)
        self._rules = [tuple(numbers) for numbers in rules]
        self._kept: tuple[Answered, list[Outcome | None]] = ([None] * len(places), [None] * len(asked))

    def answers(self, answers: Answers) -> Answered:
        """The answer to each question, None where nobody gave one."""
        return [answers.get(question) for question in self._asked]

    def outcomes(self, told: Answered) -> list[Outcome | None]:
        """The outcomes that are known, None where a rule has to be judged."""
        kept, outcomes = self._kept
        found = outcomes.copy()
        for place in [place for place, answer in enumerate(told) if answer is not kept[place]]:
            for number in self._rules[place]:
                found[number] = None
        return found

    def keep(self, number: int, told: Answered, outcome: Outcome) -> Outcome:
        """Keep the outcome of a rule if it and its answers rest on no input; returns it."""
        places, (kept, outcomes) = self._places[number], self._kept
        if places is None or outcome.reason in ("deadline", "internal-error"):
            return outcome
        for place in places:
            answer = told[place]
            if answer is None or answer.sources or (kept[place] is not None and kept[place] is not answer):
                return outcome
        kept, outcomes = kept.copy(), outcomes.copy()
        for place in places:
            kept[place] = told[place]
        outcomes[number] = outcome
        self._kept = kept, outcomes
        return outcome


def questions(rules: Iterable[Rule]) -> tuple[Question, ...]:
    """Every question that these rules ask, their tumor types and exceptions included."""
    asked: dict[Question, None] = {}
    for rule in rules:
        for subject in (*rule.subjects, *(Subject("cancer", name) for name in rule.cancers)):
            if subject.kind != "ordered_with":
                asked[(subject, rule.origin)] = None
        for population in rule.populations:
            for case in population.cases:
                for advice in case.card.advice if case.card is not None else ():
                    for alternative in advice.instead:
                        for subject in alternative.unless:
                            if subject.kind != "ordered_with":
                                asked[(subject, rule.origin)] = None
    return tuple(asked)


def asks_orders(rule: Rule) -> bool:
    """True if the rule asks what is ordered: that is no answer of its own and differs from order to order."""
    exceptions = (
        subject
        for population in rule.populations
        for case in population.cases
        for advice in (case.card.advice if case.card is not None else ())
        for alternative in advice.instead
        for subject in alternative.unless
    )
    return any(subject.kind == "ordered_with" for subject in (*rule.subjects, *exceptions))
