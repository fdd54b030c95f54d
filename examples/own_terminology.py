"""Local drug codes: a terminology that knows the pharmacy's own catalog and leaves the rest to the bundled one.

The catalog is yours to fill: codes of the house, PZN in Germany, dm+d in the United Kingdom. The numbers here are made
up.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pmcds
from pmcds.terminology import Coding, ConditionMatch

HOUSE, PZN, DMD = "urn:oid:2.999.7.1", "http://fhir.de/CodeSystem/ifa/pzn", "https://dmd.nhs.uk"
CATALOG = {
    (HOUSE, "4711"): ("clopidogrel",),
    (PZN, "00000001"): ("clopidogrel",),
    (DMD, "1000000000000000"): ("amitriptyline", "perphenazine"),
}


class PharmacyCatalog:
    """Drugs by the codes of the pharmacy's catalog, all others as bundled."""

    def __init__(self, bundled: pmcds.Knowledge) -> None:
        self.terms = bundled.terms

    def recognize(
        self, codings: Sequence[Coding], text: str | None = None, *, forms: Sequence[str] = ()
    ) -> pmcds.DrugMatch:
        """The catalog's answer where it has one."""
        for system, code, _ in codings:
            ingredients = CATALOG.get((system or "", code or ""))
            if ingredients:
                return pmcds.DrugMatch(ingredients, systemic=True, how="code", codes=(f"catalog:{code}",))
        return self.terms.recognize(codings, text, forms=forms)

    def conditions(self, codings: Sequence[Coding], text: str | None = None) -> ConditionMatch:
        """Diagnoses as bundled."""
        return self.terms.conditions(codings, text)


ORDER = {
    "resourceType": "MedicationRequest",
    "id": "local",
    "status": "draft",
    "intent": "order",
    "subject": {"reference": "Patient/example"},
    "medicationCodeableConcept": {"coding": [{"system": HOUSE, "code": "4711"}]},
}


def main() -> int:
    """Judge an order that has a local code only, without and with the catalog."""
    knowledge = pmcds.Knowledge.bundled()
    patient = pmcds.Patient(diplotype={"CYP2C19": "*2/*2"}, condition=["acute coronary syndrome"])
    before = pmcds.Engine(knowledge).evaluate(patient, order=ORDER)
    after = pmcds.Engine(knowledge, terminology=PharmacyCatalog(knowledge)).evaluate(patient, order=ORDER)
    print("without:", [(line.outcome, line.reason) for line in before.ledger.orders])
    print("with:   ", [card.summary for card in after.cards])
    return 0 if after.cards and after.cards[0].drug == "clopidogrel" else 1


if __name__ == "__main__":
    sys.exit(main())
