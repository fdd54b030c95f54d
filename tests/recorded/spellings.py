"""The words, codes and spellings that changes of an input choose from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

STATUSES = (
    "active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown", "ended",
    "intended",
    "not-taken", "recorded", "registered", "preliminary", "partial", "final", "amended", "corrected", "appended",
    "modified", "revoked", "in-progress", "not-done", "preparation", "inactive", "rejected", "proposed", "Final",
    "final ", "FINAL", "Active", "",
)  # fmt: skip
INTENTS = ("proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option",
           "directive", "unknown", "Order")  # fmt: skip
CLINICAL = ("active", "recurrence", "relapse", "inactive", "remission", "resolved", "unknown", "Active")
VERIFICATION = ("unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error", "Confirmed")
COMPARATORS = ("<", "<=", ">=", ">", "ad", "sa", "~")
UNITS = ("%", "1", "mg/dL", "g/L", "g/dL", "mmol/L", "umol/L", "meq/L", "10*3/uL", "10*9/L", "/uL", "mL/min", "ug/mL",
         "mL/min/{1.73_m2}", "U/g{Hb}", "[IU]/L", "mg/L", "{INR}", "kg", "[lb_av]")  # fmt: skip
SEXES = ("male", "female", "other", "unknown", "Male")
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
LOCAL = {"system": "urn:local", "code": "L-1", "display": "local"}
# Answers that LOINC gives, by the question that they answer.
ANSWERS = (
    ("LA9633-4", "LA9634-2", "LA18198-4", "LA11884-6", "LA6576-8", "LA6577-6"),
    ("LA6683-2", "LA6684-0", "LA18194-3", "LA18195-0", "LA10429-1", "LA18197-6", "LA26807-0"),
    ("LA6705-3", "LA6706-1", "LA6707-9", "LA6703-8"),
    ("LA10315-2", "LA25390-8", "LA25391-6", "LA10317-8", "LA9657-3"),
    ("LA6668-3", "LA26332-9", "LA26333-7", "LA26334-5", "LA6675-8", "LA6682-4", "LA6674-1"),
)
# Parts of a result, each of which may be told under the code of another by mistake.
PARTS = ("48018-6", "48004-6", "48005-3", "48013-7", "81252-9", "62374-4", "48000-4", "48002-0", "53034-5", "81258-6")
_STAR = re.compile(r"\*(\d+)(?::(\d+))?")
_PROTEIN = re.compile(r"p\.\(?([A-Z][a-z]{2})(\d+)([A-Z][a-z]{2}|\*|=)\)?")


def words_about(value: str) -> Iterator[str]:
    """A phrase in other letters, denied, doubted, or about somebody else; another allele or change in its place."""
    for word in ("no {}", "{} negative", "{}?", "{}: not detected", "{} not tested", "family history of {}",
                 "history of {}", "suspected {}", "mother: {}", "{} ruled out", "wild type {}"):  # fmt: skip
        yield word.format(value)
    yield from (value.upper(), value.lower(), f" {value} ", f"{value} x2", f"{value}xN", f"{value}; {value}")
    yield from other_names(value)


def other_names(value: str) -> Iterator[str]:
    """Another allele, resolution, copy number or protein change in the place of one that is named."""
    star = _STAR.search(value)
    if star:
        first, second = star.groups()
        before, after = value[: star.start()], value[star.end() :]
        longer = f"*{first}:{second}:01" if second else f"*{first}:01"
        others = (f"*{int(first) + 1}", longer, f"*{first}", f"*{first}:99", "*1", f"*{first}x2", f"*0{first}")
        yield from (f"{before}{name}{after}" for name in (*others, f"(*{first})"))
        if "/" in value:
            one, _, two = value.rpartition("/")
            yield from (one, f"{two}/{one}", f"{value}/*2", f"{one} and {two}", f"{one}|{two}", f"{value} or *1/*1")
    protein = _PROTEIN.search(value)
    if protein:
        old, place, new = protein.groups()
        at = f"{old}{place}"
        others = (
            f"p.{old}{int(place) + 1}{new}",
            f"p.{at}=",
            f"p.{at}Gly",
            f"p.{at}del",
            f"p.({at}{new})",
            f"{at}{new}",
        )
        for name in (*others, f"p.{at}*", f"p.{at}fs"):
            yield value[: protein.start()] + name + value[protein.end() :]


def answers_beside(value: str) -> Iterator[str]:
    """The other answers to the question, or the parts of a result that another part may be taken for."""
    for group in (*ANSWERS, PARTS):
        if value in group:
            yield from (other for other in group if other != value)


def references(value: str) -> Iterator[str]:
    """A reference in the spellings that are seen: of this server and others, with versions, cut, in other letters."""
    kind, _, ident = value.rpartition("/")
    kind = kind.rpartition("/")[2]
    if not kind:
        yield from ("#other", f"{value}x")
        return
    yield from (
        f"https://ehr.example/fhir/{kind}/{ident}", f"https://other.example/fhir/{kind}/{ident}",
        f"{kind}/{ident}/_history/1", f"{kind}/{ident}x", f"{kind}/x{ident}", f"{kind}/{ident[:-1]}",
        f"/{kind}/{ident}",
        f"{kind}/{ident.upper()}", f"{kind.lower()}/{ident}", ident, f"urn:uuid:{ident}", f"#{ident}",
        f"Group/{ident}", f"{kind}/{ident}?x=1", f"https://ehr.example/fhir/{kind}/{ident}/_history/2",
    )  # fmt: skip


def dates(value: str, now: datetime) -> Iterator[str]:
    """Dates far and near, at the time of the evaluation and after it, imprecise and impossible."""
    for days in (-36500, -3650, -400, -190, -95, -40, -8, 1):
        yield (now + timedelta(days=days)).date().isoformat()
    for seconds in (0, 1):
        yield (now + timedelta(seconds=seconds)).isoformat()
    yield from (value[:4], value[:7], f"{value[:4]}-13-01", f"{value[:10]}T23:59:59+14:00")


def birthdays(now: datetime) -> Iterator[str]:
    """The birthdays around which a patient changes group, and dates that are none."""
    for years in (2, 6, 12, 13, 18, 40, 65, 75):
        for shift in (0, 1):
            yield (now.replace(year=now.year - years) + timedelta(days=shift)).date().isoformat()
    yield from ("1961", "2008-06", "2008-13-01", (now + timedelta(days=1)).date().isoformat(), "1800-01-01")
