"""Laboratory values and tumor markers, for the record of readings."""
# ruff: noqa: E501 (one result on one line)

from __future__ import annotations

from typing import Any

from tests.fhir.observations.support import UCUM, component, concept, loinc, observation

Json = dict[str, Any]


def amount(value: Any, unit: str | None = "mg/dL", **more: Any) -> Json:
    return {"value": value, **({"system": UCUM, "code": unit, "unit": unit} if unit else {}), **more}


def measured(code: str, value: Any = None, name: str = "valueQuantity", **members: Any) -> list[Json]:
    return [observation(code, **({name: value} if value is not None else {}), **members)]


def part(code: str, value: Any = None, name: str = "valueQuantity") -> Json:
    return component(code, value, name=name) if value is not None else {"code": loinc(code)}


def between(low: Any = None, high: Any = None) -> Json:
    return {name: end for name, end in (("low", low), ("high", high)) if end is not None}


def of(top: Any, bottom: Any) -> Json:
    return {"numerator": top, "denominator": bottom}


def word(text: str, code: str | None = None) -> Json:
    return concept("http://loinc.org" if code else None, code, None, text)


CREATININE, POTASSIUM, FILTRATION, INR = "2160-0", "2823-3", "33914-3", "6301-6"
CASES: dict[str, list[Json]] = {
    "creatinine": measured(CREATININE, amount("1.20")),
    "creatinine in moles": measured(CREATININE, amount("88", "umol/L")),
    "creatinine with a sign": measured(CREATININE, amount("1.2", comparator="<")),
    "creatinine with a sign nobody knows": measured(CREATININE, amount("1.2", comparator="~")),
    "creatinine with a blank sign": measured(CREATININE, amount("1.2", comparator="")),
    "creatinine without a unit": measured(CREATININE, amount("1.2", None)),
    "creatinine in words of a unit": measured(CREATININE, {"value": "1.2", "unit": "mg/dl"}),
    "creatinine in a unit nobody knows": measured(CREATININE, {"value": "1.2", "unit": "mg per dL"}),
    "creatinine whose code and unit differ": measured(CREATININE, {**amount("1.2"), "unit": "mg/100mL"}),
    "creatinine in a local unit": measured(CREATININE, {**amount("1.2"), "system": "https://l.example"}),
    "creatinine of nobody": measured(CREATININE, amount("120")),
    "creatinine of nobody with a sign": measured(CREATININE, amount("120", comparator="<")),
    "creatinine as string": measured(CREATININE, "1.2 mg/dL", "valueString"),
    "creatinine as number": measured(CREATININE, 1, "valueInteger"),
    "creatinine in a range": measured(CREATININE, between(amount("1"), amount("2")), "valueRange"),
    "creatinine in an open range": measured(CREATININE, between(None, amount("2")), "valueRange"),
    "creatinine in a range of two units": measured(CREATININE, between(amount("1"), amount("200", "umol/L")), "valueRange"),
    "creatinine in a range the wrong way": measured(CREATININE, between(amount("2"), amount("1")), "valueRange"),
    "creatinine in a range of one": measured(CREATININE, between(amount("2"), amount("2")), "valueRange"),
    "creatinine in a range with a sign": measured(CREATININE, between(amount("1", comparator=">"), amount("2")), "valueRange"),
    "creatinine in a range without units": measured(CREATININE, between(amount("1", None), amount("2", None)), "valueRange"),
    "creatinine in a range of a unit nobody knows": measured(
        CREATININE, between({"value": 1, "unit": "odd"}, {"value": 2, "unit": "odd"}), "valueRange"),
    "creatinine in a curve": measured(CREATININE, {"origin": {"value": 0}}, "valueSampledData"),
    "creatinine that is absent": measured(CREATININE, concept(text="Not detected"), "valueCodeableConcept"),
    "creatinine that was not found out": measured(CREATININE, concept(text="Inconclusive"), "valueCodeableConcept"),
    "creatinine under an unknown answer": measured(CREATININE, concept(text="odd"), "valueCodeableConcept"),
    "creatinine against its words": measured(CREATININE, loinc("LA9634-2", "Detected"), "valueCodeableConcept"),
    "creatinine without value": measured(CREATININE),
    "creatinine that is interpreted only": measured(CREATININE, interpretation=[word("Negative")]),
    "creatinine with a local code": [observation({"coding": [{"code": "K", "display": "Creatinine"},
                                                          loinc(CREATININE)["coding"][0]]}, valueQuantity=amount("1.2"))],
    "ratio of albumin": measured("9318-7", of(amount("30", "mg"), amount("1", "g")), "valueRatio"),
    "INR as ratio": measured(INR, of({"value": 5}, {"value": 2}), "valueRatio"),
    "INR as a ratio that does not end": measured(INR, of({"value": 7}, {"value": 3}), "valueRatio"),
    "INR as ratio of units": measured(INR, of(amount("5", "s"), amount("2", "s")), "valueRatio"),
    "INR as ratio of ones": measured(INR, of(amount("5", "1"), amount("2", "1")), "valueRatio"),
    "INR as ratio of a unit and one": measured(INR, of(amount("5", "s"), amount("2", "1")), "valueRatio"),
    "INR as ratio over nothing": measured(INR, of({"value": 5}, {"value": 0}), "valueRatio"),
    "INR as ratio with a sign": measured(INR, of({"value": 5, "comparator": "<"}, {"value": 2}), "valueRatio"),
    "INR as number": measured(INR, "2.4", "valueDecimal"),
    "INR with a unit": measured(INR, amount("2.4", "{INR}"), effectiveDateTime="2026-05-20"),
    **{f"{name} of {date}": measured(code, amount(value, unit), effectiveDateTime=date)
       for name, code, value, unit, dates in (
           ("potassium", POTASSIUM, "5.1", "mmol/L",
            ("2026-02-28", "2026-03-01", "2026-03", "2026-02", "2026", "2025", "2026-02-28T23:00:00Z")),
           ("INR", INR, "2.4", "1", ("2026-04-30", "2026-05-01", "2026-05", "2026-04")),
           ("filtration", FILTRATION, "55", "mL/min/{1.73_m2}", ("2025-05-31", "2025-06-01", "2025", "2025-06")),
           ("clearance", "2164-2", "55", "mL/min", ("2025-05-31", "2025-06-01")),
           ("creatinine", CREATININE, "1", "mg/dL", ("2001-01-01",)))
       for date in dates},
    "an old potassium without a unit": measured(POTASSIUM, amount("5.1", None), effectiveDateTime="2025-01-01"),
    "a potassium without a date": measured(POTASSIUM, amount("5.1", "mmol/L"), effectiveDateTime=None),
    "a potassium of nobody": measured(POTASSIUM, amount("51", "mmol/L"), effectiveDateTime="2026-05-01"),
    "filtration by race": measured("48643-1", amount("55", "mL/min/{1.73_m2}")),
    "cholesterol that was calculated": measured("13457-7", amount("100")),
    "a panel": [observation("24323-8", part(CREATININE, amount("1")), part(POTASSIUM, amount("4", "mmol/L")),
                            part("8302-2", amount("180", "cm")))],
    "a panel with two of one": [observation("24323-8", part(CREATININE, amount("1")), part(CREATININE, amount("2")),
                                            part(POTASSIUM, amount("4", "mmol/L")))],
    "a panel under a code of one": [observation(CREATININE, part(CREATININE, amount("1")), part("38483-4", amount("2")),
                                                part(POTASSIUM, amount("4", "mmol/L")))],
    "a value beside its parts": [observation(CREATININE, part(CREATININE, amount("1")), part(POTASSIUM, amount("4", "mmol/L")),
                                             valueQuantity=amount("3"))],
    "one part": [observation(CREATININE, part("38483-4", amount("1")))],
    "a part in words": [observation("24323-8", part(CREATININE, concept(text="Negative"), "valueCodeableConcept"))],
    "a part without value": [observation("24323-8", part(CREATININE))],
    "a panel without known parts": [observation("24323-8", part("8302-2", amount("180", "cm")))],
    # Markers
    **{f"a stain of {said}": measured("18474-7", said, "valueString")
       for said in ("0", "1+", "2+", "3+", "3", "4+", "2+ (equivocal)", "Positive", "Negative", "Present", "HER2-low", "odd")},
    **{f"a stain of {said} as number": measured("18474-7", said, "valueInteger") for said in (0, 2, 4)},
    "a stain with a sign": measured("18474-7", {"value": 2, "comparator": ">="}),
    "a stain with a unit": measured("18474-7", amount("2", "1")),
    **{f"a stain of {score} that is {said}": [observation("18474-7", valueString=score, valueCodeableConcept=word(said))]
       for score in ("0", "1+", "2+", "3+") for said in ("Positive", "Negative")},
    "a stain without value": measured("18474-7"),
    "a stain that is interpreted only": measured("18474-7", interpretation=[word("Positive")]),
    "a receptor": measured("40556-3", loinc("LA6576-8"), "valueCodeableConcept"),
    "a receptor that is absent": measured("40556-3", word("Not detected"), "valueCodeableConcept"),
    "a receptor that is present": measured("40556-3", word("Present"), "valueCodeableConcept"),
    "a receptor that is equivocal": measured("40556-3", word("Borderline"), "valueCodeableConcept"),
    "a receptor that was not called": measured("40556-3", word("No call"), "valueCodeableConcept"),
    "a receptor against its words": measured("40556-3", loinc("LA6576-8", "Negative"), "valueCodeableConcept"),
    "a receptor without value": measured("40556-3"),
    "a receptor that is interpreted as positive": measured("40556-3", interpretation=[word("Positive")]),
    "a receptor that is interpreted as negative": measured("40556-3", interpretation=[word("Negative")]),
    "a receptor with an odd value": measured("40556-3", {"origin": {"value": 0}}, "valueSampledData"),
    "a receptor at a time": measured("40556-3", "2026-01-01", "valueDateTime"),
    "a share of cells": measured("14228-1", amount("90", "%")),
    "a share of cells without a unit": measured("14228-1", amount("90", None)),
    "a share of cells with a sign": measured("14228-1", amount("1", "%", comparator="<")),
    "a share of cells as fraction": measured("14228-1", amount("0.9", "1")),
    "a share of cells in another kind": measured("14228-1", amount("9", "mg/dL")),
    "a share of cells in a range": measured("14228-1", between(amount("1", "%"), amount("10", "%")), "valueRange"),
    "a share of cells in words": measured("14228-1", "90 %", "valueString"),
    "a PD-L1 share": measured("83053-9", amount("55", "%")),
    "a PD-L1 share in words": measured("83053-9", "TPS >= 50 %", "valueString"),
    "a PD-L1 call": measured("83053-9", word("Positive"), "valueCodeableConcept"),
    **{f"a PD-L1 report of {said}": measured("83052-1", said, "valueString")
       for said in ("TPS 55 %", "CPS 10", "CPS: <1", "IC ≥ 10%", "XYZ 5", "TPS 5 of 10", "High", "Positive", "55 %")},
    "a PD-L1 report that is interpreted only": measured("83052-1", interpretation=[word("Positive")]),
    "a ratio of copies": measured("49683-6", amount("2.1", "1")),
    "a ratio of copies without a unit": measured("49683-6", amount("2.1", None)),
    "a ratio of copies as ratio": measured("49683-6", of({"value": 21}, {"value": 10}), "valueRatio"),
    "a ratio in another unit": measured("49683-6", amount("2.1", "mg/dL")),
    "copies in a nucleus": measured("74860-8", amount("4.5", None)),
    "copies in a nucleus with a unit": measured("74860-8", amount("4.5", "{copies}")),
    "a hybridization": measured("85318-4", word("Amplified"), "valueCodeableConcept"),
    "a tumor burden": measured("94076-7", amount("12.5", "{mutations}/Mb")),
    "a tumor burden without a unit": measured("94076-7", amount("12.5", None)),
    "a tumor burden with a sign": measured("94076-7", amount("10", "mut/Mb", comparator=">=")),
    "a tumor burden of nobody": measured("94076-7", amount("12000", "mut/Mb")),
    "a tumor burden as share": measured("94076-7", amount("12.5", "%")),
    "a tumor burden as number": measured("94076-7", 12, "valueInteger"),
    "a tumor burden in words": measured("94076-7", word("High"), "valueCodeableConcept"),
    "a tumor burden call": measured("94077-5", word("High"), "valueCodeableConcept"),
    "a tumor burden by name": [observation(concept(text="TMB"), valueQuantity=amount("12.5", None))],
    "satellites": measured("81695-9", loinc("LA26203-2"), "valueCodeableConcept"),
    "satellites in short": measured("81695-9", word("MSS"), "valueCodeableConcept"),
    "satellites that are stable by words": measured("81695-9", word("Stable"), "valueCodeableConcept"),
    "satellites under the code of a score": measured("43368-0", word("Positive"), "valueCodeableConcept"),
    "satellites that are deficient": measured("81695-9", word("dMMR"), "valueCodeableConcept"),
    "repair": measured("62862-8", word("Proficient MMR"), "valueCodeableConcept"),
    "repair that is deficient": measured("62862-8", word("Deficient"), "valueCodeableConcept"),
    "a stain of repair": [observation(concept(text="MLH1 IHC"), valueString="Loss of nuclear expression")],
    "a stain of repair that is kept": [observation(concept(text="MSH6 IHC"), valueString="Retained")],
    "a stain of repair that is negative": [observation(concept(text="PMS2 IHC"), valueString="Negative")],
    "another marker's call": measured("48676-1", word("MSI-H"), "valueCodeableConcept"),
    "HRD": measured("94077-5", word("HRD positive"), "valueCodeableConcept"),
    "a recurrence score": [observation(concept("http://www.ncbi.nlm.nih.gov/gtr", "509910"), valueInteger=25)],
    "a deletion": measured("81746-0", word("Detected"), "valueCodeableConcept"),
    "an antigen": measured("5196-1", word("Positive"), "valueCodeableConcept"),
    "an antibody by number": measured("16933-4", amount("12", "mg/dL")),
    "two values of a marker": [observation("14228-1", valueQuantity=amount("90", "%"), valueCodeableConcept=word("Positive"))],
    "two values of a marker that differ": [observation("62862-8", valueString="Deficient", valueCodeableConcept=word("Proficient MMR"))],
}  # fmt: skip
