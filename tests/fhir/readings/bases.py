"""Inputs of which every small change of what is read is on record: each resource type, as each release writes it.

Where lists are read, the member that decides is not the first one; where one member stands for another, the usual one
is not there. A reading costs so little that what rules ask for plays no part here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.fhir.material import PATIENT, SUBJECT, bundle
from tests.fhir.readings.diseases import diseases
from tests.fhir.readings.drugs import drugs
from tests.fhir.readings.others import others
from tests.fhir.readings.results import results

# What is left as it is in every result; how it is read is a matter of other tests.
OF_RESULTS = frozenset({"component", "code", "valueCodeableConcept", "valueQuantity"})
WORDS = frozenset({"text", "display"})
# Inputs that are about words alone, and members of them that others change.
IN_WORDS = frozenset(
    {"orders-in-words", "conditions-in-words", "indicators", "allergies-in-words", "test-orders-in-words"}
)
AROUND = frozenset({"status", "intent", "subject", "patient", "clinicalStatus", "verificationStatus", "authoredOn",
                    "dosageInstruction", "onsetDateTime", "doNotPerform", "resourceType", "category"})  # fmt: skip
# Inputs of which also is changed what stands beside them.
WHOLE = frozenset({"order", "statement", "dispense", "condition", "procedure", "allergy", "family", "risk",
                   "result-of-a-period", "test-order", "consent", "versions-by-extension"})  # fmt: skip


@dataclass(frozen=True)
class Base:
    """An input as text, and the resource types and members that are left as they are.

    `whole` is whether also what stands beside its resources is changed, `written` whether it is read from bytes.
    """

    name: str
    text: str
    left: tuple[str, ...] = ("Patient",)
    members: frozenset[str] = WORDS
    whole: bool = False
    written: bool = False

    def fresh(self) -> Any:
        """A copy that may be changed."""
        return json.loads(self.text)


@cache
def bases() -> tuple[Base, ...]:
    """Every input on record, in order."""
    return tuple(_bases())


def _bases() -> Iterator[Base]:
    for room in (drugs, diseases, results, others):
        for name, resources in room():
            stated = [{**one, **({} if _says_whose(one) else {"subject": SUBJECT})} for one in resources]
            members = AROUND if name in IN_WORDS else WORDS
            if room is results and name != "source-classes":
                members |= OF_RESULTS
            left = ("Patient", "Observation") if name.startswith("consent") else ("Patient",)
            text = json.dumps(bundle(PATIENT, *stated))
            yield Base(name, text, left, members, name in WHOLE, name.endswith("-r5"))


def _says_whose(resource: Mapping[str, Any]) -> bool:
    return not {"subject", "patient"}.isdisjoint(resource) or resource["resourceType"] in ("Medication", "Substance")
