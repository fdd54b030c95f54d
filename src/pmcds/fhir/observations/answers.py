"""What a coded or worded answer means, and whether its code and its words agree (T03, T05)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pmcds.fhir.values import Coding, codings, texts, values_of
from pmcds.terminology import Terms

_POSITIVE = frozenset({"present", "positive", "detected"})
_NEGATIVE = frozenset({"absent", "negative", "not detected"})
_UNDECIDED = frozenset({"indeterminate", "equivocal", "unknown"})


class Answer(NamedTuple):
    """The normal word of an answer, what was stated, and why it cannot be taken.

    `reason` is code-display (code and display differ, or a code without system), value-conflict (two codes that
    mean different things), unknown-code (nothing that a table knows), or None.
    """

    word: str | None = None
    stated: str | None = None
    reason: str | None = None
    by_code: bool = False


NO_ANSWER = Answer()


def short(word: str) -> str:
    """A word without the marker in front of it, positive and negative answers as one word each."""
    word = word.rsplit(": ", 1)[-1]
    if word in _POSITIVE:
        return "present"
    if word in _NEGATIVE:
        return "absent"
    return "indeterminate" if word in _UNDECIDED else word


def answer_of(terms: Terms, members: Iterable[Coding], text: str | None = None) -> Answer:
    """The answer that codings and text of one concept give together."""
    words: list[str] = []
    stated = text
    reason: str | None = None
    for system, code, display in members:
        stated = stated or display or code
        worded = _worded(terms, display)
        if system is None and code and worded:
            reason = "code-display"
            continue
        word = terms.answer(system, code)
        if word is None:
            if worded and not code:
                words.append(worded)
            continue
        if worded and short(worded) != short(word):
            reason = "code-display"
        words.append(word)
    if reason:
        return Answer(None, stated, reason)
    if len({short(word) for word in words}) > 1:
        return Answer(None, stated, "value-conflict")
    if words:
        return Answer(words[0], stated, by_code=True)
    from_text = _worded(terms, text) or next(
        (found for _, _, display in members if (found := _worded(terms, display))), None
    )
    if from_text:
        return Answer(from_text, stated)
    return Answer(None, stated, "unknown-code" if stated else None)


def _worded(terms: Terms, text: str | None) -> str | None:
    return (terms.word(text) or terms.phenotype_word(text)) if text else None


def answer_in(terms: Terms, element: Mapping[str, Any]) -> Answer:
    """The answer of the concept or string value of a resource or component; two that differ are a value-conflict."""
    found = [
        answer_of(terms, codings(value), texts(value))
        for name, value in values_of(element).items()
        if name in ("valueCodeableConcept", "valueString", "valueCode", "valueCoding")
    ]
    if "valueBoolean" in element and isinstance(element["valueBoolean"], bool):
        found.append(Answer("present" if element["valueBoolean"] else "absent", str(element["valueBoolean"]).lower()))
    if not found:
        return NO_ANSWER
    told = [one for one in found if one.word or one.reason in ("code-display", "value-conflict")] or found
    if len({short(one.word) for one in told if one.word}) > 1:
        return Answer(None, told[0].stated, "value-conflict")
    return told[0]


def interpretation_of(terms: Terms, data: Mapping[str, Any]) -> str | None:
    """present, absent or indeterminate as the `interpretation` says, or None (A7, S11)."""
    word = answer_of(terms, codings(data.get("interpretation")), texts(data.get("interpretation"))).word
    found = short(word) if word else None
    return found if found in ("present", "absent", "indeterminate") else None
