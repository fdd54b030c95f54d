"""Numbers of DPWG guidance that the reference data lack, read in the text of the guidance on 2026-11-26.

Read was the annotation of ClinPGx of 2024-03-11, CC BY-SA 4.0, as PharmCAT carried it then (repository
PharmGKB/PharmCAT, commit 984c73ab, `reporter/guidelines/DPWG_<drug>_and_<gene>.json`): 529 of 529 rows have their text
there. Texts are not shipped; these are facts. Multiples of the standard dose ("1.4 times") are written as percentages,
as in the cards.
"""

from __future__ import annotations

from decimal import Decimal

READ: dict[str, str] = {
    "allopurinol": "125 140 100 200 300 400 600 28",
    "amitriptyline": "140",
    "aripiprazole": "68",
    "brexpiprazole": "50",
    "citalopram": "65",
    "clomipramine": "150",
    "codeine": "12 6",
    "doxepin": "200",
    "efavirenz": "25 40",
    "escitalopram": "65",
    "haloperidol": "150",
    "imipramine": "170",
    "lansoprazole": "400",
    "metoprolol": "2.5",
    "nortriptyline": "170",
    "omeprazole": "300",
    "pantoprazole": "500",
    "phenytoin": "7 10 40",
    "pimozide": "12",
    "tacrolimus": "150 250",
    "tamoxifen": "1.5 2",
    "voriconazole": "150",
    "warfarin": "6",
    "zuclopenthixol": "150",
}


def read_numbers(drug: str) -> set[Decimal]:
    """What the text of the guidance says about a drug in numbers, beyond the reference data."""
    return {Decimal(number) for number in READ.get(drug, "").split()}
