"""In which hooks a rule speaks: those it asks for, and those in which the same orders or the same record come up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pmcds.model.rules import Rule


class Alike(NamedTuple):
    """A hook in which rules of another speak too: all of them, or those that read one of these kinds."""

    hook: str
    reads: frozenset[str] | None = None


_ORDERS = Alike("order-sign")
_RECORD = Alike("patient-view")
ALIKE: Mapping[str, Alike] = MappingProxyType(
    {
        "order-dispatch": _ORDERS,
        "medication-refill": _ORDERS,
        "medication-verify": _ORDERS,
        "medication-prescribe": _ORDERS,
        "order-review": _ORDERS,
        "encounter-start": _RECORD,
        "encounter-discharge": _RECORD,
        "appointment-book": _RECORD,
        # What is new there is a problem, or a reaction to a drug: only rules that read such a thing have more to say.
        "problem-list-item-create": Alike("patient-view", frozenset({"condition", "cancer"})),
        "allergyintolerance-create": Alike("patient-view", frozenset({"allele"})),
    }
)


def speaks(rule: Rule, hook: str) -> bool:
    """True if a rule speaks in a hook: it asks for it, or for one in which the same is in question."""
    if hook in rule.hooks:
        return True
    alike = ALIKE.get(hook)
    if alike is None or alike.hook not in rule.hooks:
        return False
    return alike.reads is None or not alike.reads.isdisjoint(_reads(rule))


def _reads(rule: Rule) -> Iterator[str]:
    yield from (subject.kind for subject in rule.subjects)
    if rule.cancers:
        yield "cancer"
