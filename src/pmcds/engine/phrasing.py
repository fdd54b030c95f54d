"""Facts and advice in words: everything here is plain text from the phrases, the rule and guarded values."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, TypeVar

from pmcds.model.answers import Answer, Interval, Key, Subject
from pmcds.model.rules import Advice, Alternative

# What a value of the input must look like to be shown at all (alleles, HGVS, dates); the rest is "not readable".
_SHOWABLE = re.compile(r"[A-Za-z0-9*+/._:>()\[\];=≥,'~^|?\- ]{1,160}")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_SLOT = re.compile(r"\{(\w+)\}")
NOT_READABLE = "not readable"
# Subjects whose value may have a sentence of its own.
_CATEGORIES = ("variant", "biomarker")
# How the note of an answer begins that names the variant behind a category.
_FOUND = "found "
# Texts of the input that may be shown (order names, laboratories) are cut here.
LABEL_LENGTH = 80
# So many texts of rules are kept in memory; one takes a few kilobytes.
REMEMBERED = 1024

_Value = TypeVar("_Value")


class Phrasing:
    """The phrases of one language, with the functions that fill them.

    It remembers texts that are functions of rules and phrases alone: nothing that was read in an input stands in
    them, and no card depends on what is remembered.
    """

    __slots__ = ("_data", "_heads", "_known", "_remember", "language")

    def __init__(self, phrases: Mapping[str, Any], *, remember: bool = True) -> None:
        self._data = phrases
        self._known: dict[Hashable, Any] = {}
        self._remember = remember
        self._heads = tuple(phrases.get("notes", ()))
        self.language: str = phrases["language"]

    def __reduce__(self) -> tuple[Callable[..., Phrasing], tuple[Mapping[str, Any]]]:
        return partial(Phrasing, remember=self._remember), (self._data,)

    def recall(self, key: Hashable) -> Any:
        """What was kept under a key, or None."""
        return self._known.get(key)

    def keep(self, key: Hashable, value: _Value) -> _Value:
        """Remember a value and return it; a full memory begins anew."""
        if len(self._known) >= REMEMBERED:
            self._known = {}
        if self._remember:
            self._known[key] = value
        return value

    def label(self, label: str, /, **slots: str) -> str:
        """A label with its slots filled."""
        return _fill(self._data["labels"][label], slots)

    def notice(self, notice: str, /, **slots: str) -> str:
        """A notice with its slots filled."""
        return _fill(self._data["notices"][notice], slots)

    def reason(self, reason: str) -> str:
        """A CANNOT-TELL reason in plain words."""
        return str(self._data["reasons"].get(reason, reason.replace("-", " ")))

    def fact_name(self, kind: str) -> str:
        """The name of a kind of fact that would decide between populations."""
        return str(self._data["facts"].get(kind, self._data["facts"]["population"]))

    def population(self, name: str | None) -> str:
        """A population of a guideline in plain words."""
        return str(self._data.get("populations", {}).get(name, name or ""))

    def source(self, source: str) -> tuple[str, str | None]:
        """Label and address of a source of rules."""
        entry = self._data["sources"].get(source)
        if entry is None:
            return source.upper(), None
        return str(entry["label"]), entry.get("url")

    def system(self, name: str) -> str:
        """The code system of our own topics or override reasons."""
        return str(self._data["systems"][name])

    def override_reasons(self) -> Sequence[Mapping[str, str]]:
        """Override reasons with code and display."""
        reasons: Sequence[Mapping[str, str]] = self._data["override_reasons"]
        return reasons

    def joined(self, parts: Sequence[str], *, last: str = "last") -> str:
        """A list in words: "a, b or c"."""
        if len(parts) < 2:
            return "".join(parts)
        labels = self._data["labels"]
        return str(labels["list"]).join(parts[:-1]) + str(labels[last]) + parts[-1]

    def name(self, subject: Subject) -> str:
        """The name of a subject; categories of variants may have a longer one than rules use."""
        if subject.kind != "variant":
            return subject.shown
        gene, _, change = subject.shown.partition(" ")
        named = str(self._data.get("categories", {}).get(change, change))
        return named[1:] if named.startswith("=") else f"{gene} {named}".rstrip()

    def value(self, subject: Subject, key: Key) -> str:
        """One key in words, with its unit."""
        if isinstance(key, Interval):
            return self._interval(key)
        words: Mapping[str, str] = self._data["values"].get(subject.kind, {})
        return words.get(key) or guarded(key)

    def _interval(self, interval: Interval) -> str:
        unit = self._data["units"].get(interval.unit, interval.unit)
        low, high = (number(_whole(edge, interval.unit)) for edge in (interval.low, interval.high))
        if low is not None and high is not None:
            text = low if low == high else self.label("range", low=low, high=high)
            return f"{text} {unit}" if unit else text
        edge = low if high is None else high
        # The unit belongs to the number, not to the words behind it.
        told = f"{edge or NOT_READABLE} {unit}" if unit else edge or NOT_READABLE
        if edge is None:
            return told
        if low is None:
            return self.label("below" if interval.high_open else "at_most", high=told)
        return self.label("above" if interval.low_open else "at_least", low=told)

    def fact(self, answer: Answer) -> str:
        """What is known about a subject, short: "<gene> poor metabolizer"."""
        keys = answer.keys or answer.alternatives
        one = len(keys) == 1
        values = self.value(answer.subject, keys[0]) if one else self._values(answer.subject, keys)
        slots = {"subject": self.found(answer) or self.name(answer.subject), "value": values}
        told = _fill(self._category(answer) or self._data["kinds"][answer.subject.kind], slots)
        return self.label("with_drug", fact=told, drug=answer.with_drug) if answer.with_drug else told

    def _values(self, subject: Subject, keys: Sequence[Key]) -> str:
        return self.joined([self.value(subject, key) for key in keys])

    def found(self, answer: Answer) -> str | None:
        """The variant itself, where a category was asked for and the report names it."""
        for note in answer.notes:
            if note.startswith(_FOUND):
                return guarded(note[len(_FOUND) :])
        return None

    def _category(self, answer: Answer) -> str | None:
        """The sentence of a category that is no variant (nothing found in plasma), or of a marker with its value."""
        subject = answer.subject
        if subject.kind not in _CATEGORIES or answer.word is not None or len(answer.keys) != 1:
            return None
        gene, _, change = subject.shown.partition(" ")
        if subject.kind == "biomarker":
            change = f"{subject.shown} {answer.keys[0]}"
        elif answer.keys != ("present",):
            return None
        sentence = self._data.get("category_facts", {}).get(change)
        return _fill(sentence, {"gene": gene}) if sentence else None

    def provenance(self, answer: Answer, fact: str | None = None) -> str:
        """The fact (as it was put into words, if that is done) with genotype, date, laboratory and table."""
        if fact is None:
            fact = self.fact(answer)
        details = []
        found = self.found(answer)
        if found is not None and found != self.name(answer.subject):
            details.append(self.label("category", name=self.name(answer.subject)))
        elif answer.text and answer.text not in answer.keys and answer.text not in fact:
            details.append(guarded(answer.text))
        details.append(self._date(answer.date))
        for name in dict.fromkeys([source.laboratory for source in answer.sources]):
            if name:
                details.append(self.label("laboratory", name=cut(name)))
        if answer.table:
            details.append(self.label("table", table=answer.table))
        if answer.by_name:
            details.append(self.label("by_name"))
        for note in answer.notes:
            if told := self.note(note):
                details.append(told)
        return f"{fact} ({'; '.join(details)})"

    def not_in_table(self, answer: Answer) -> str:
        """The result with an allele that the table lacks, and the table with its date (PG14)."""
        stated, table = guarded(answer.text or ""), answer.table or ""
        return self.notice("not_in_table", subject=answer.subject.shown, value=stated, table=table)

    def note(self, note: str) -> str | None:
        """A remark on how a value came about, in words; None for what only integrators need."""
        known: str | None = self._known.get(("note", note))
        if known is not None:
            return known
        notes: Mapping[str, str] = self._data["notes"]
        if not note.startswith(self._heads):
            return None
        head = next(head for head in notes if note.startswith(head))
        rest = note[len(head) :]
        told = _fill(notes[head], {"rest": guarded(rest) if rest else ""})
        # What goes on after the words that we know is of the input.
        return told if rest else self.keep(("note", note), told)

    def _date(self, date: str | None) -> str:
        found = _DATE.match(date) if date else None
        return self.label("date", date=found.group()) if found else self.label("no_date")

    def summary(self, advice: Advice, slots: Mapping[str, str]) -> str:
        """The advice in a few words, for the card's summary."""
        return _fill(self._template(advice, slots)["summary"], self._slots(advice, slots))

    def sentences(self, advice: Advice, slots: Mapping[str, str]) -> tuple[str, ...]:
        """The advice in full sentences: its action, then each parameter that the action's sentence lacks."""
        template = self._template(advice, slots)
        filled = self._slots(advice, slots)
        said = set(template["needs"])
        sentences = [_fill(template["detail"], filled)]
        for name in advice.parameters:
            if name not in said:
                sentences.append(_fill(self._data["parameters"][name], {"value": filled[name]}))
        return tuple(sentences)

    def _template(self, advice: Advice, slots: Mapping[str, str]) -> Mapping[str, Any]:
        given = {*advice.parameters, *(("instead",) if slots.get("instead") else ())}
        templates: Sequence[Mapping[str, Any]] = self._data["actions"][advice.action]
        return next(template for template in templates if set(template["needs"]) <= given)

    def _slots(self, advice: Advice, slots: Mapping[str, str]) -> dict[str, str]:
        return {**{name: self._parameter(value) for name, value in advice.parameters.items()}, **slots}

    def _parameter(self, value: Any) -> str:
        if isinstance(value, Mapping):
            if "from" in value:
                return self.label("range", low=str(value["from"]), high=str(value["to"]))
            return str(value.get(self.language) or value.get("en"))
        if isinstance(value, (list, tuple)):
            return self.joined([str(item) for item in value], last="every")
        return str(value)

    def alternative(self, alternative: Alternative) -> str:
        """An alternative with its open exceptions: "prasugrel (not with stroke)"."""
        if not alternative.unless:
            return alternative.drug
        names = self.joined([subject.name for subject in alternative.unless])
        return self.label("unless", drug=alternative.drug, conditions=names)


def _whole(edge: Decimal | None, unit: str | None) -> Decimal | None:
    """Ages are counted in months and told in completed years."""
    return edge.to_integral_value(ROUND_FLOOR) if edge is not None and unit == "a" else edge


def _fill(template: str, slots: Mapping[str, str]) -> str:
    """Fill `{name}` slots in one pass, so that a value can never be taken for a slot."""
    form, values = _compiled(template)
    if values is None:
        return form
    filled: str
    try:
        filled = form % values(slots)
    except KeyError:
        # A slot without a value stays as it is written.
        filled = form % values(_Slots(slots))
    return filled


class _Slots(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


@lru_cache(maxsize=2048)
def _compiled(template: str) -> tuple[str, Callable[[Mapping[str, str]], Any] | None]:
    """A template of the phrases as a form with the getter of its slots, or its text if it has none."""
    pieces = _SLOT.split(str(template))
    if len(pieces) == 1:
        return pieces[0], None
    form = "%s".join([piece.replace("%", "%%") for piece in pieces[::2]])
    return form, itemgetter(*pieces[1::2])


def number(value: Decimal | None) -> str | None:
    """A decimal without exponent, as it would be written by hand."""
    return None if value is None else format(value, "f")


def guarded(text: str) -> str:
    """Text of the input, if it looks like an allele, HGVS name or term; else "not readable"."""
    return text if _SHOWABLE.fullmatch(text) else NOT_READABLE


def cut(text: str, length: int = LABEL_LENGTH) -> str:
    """Text cut to a length, with a sign that it was cut; white space in one blank each."""
    plain = " ".join(text.split())
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


def fits(summary: str) -> bool:
    """True if a summary has fewer than 140 characters, in code points and in UTF-16 units."""
    return len(summary) < 140 and (summary.isascii() or len(summary.encode("utf-16-le")) // 2 < 140)
