"""The line of one rule for a patient in words: a FHIR Bundle in bytes, to the ledger and the cards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pmcds
from pmcds.fhir import bundle_of
from pmcds.infer import infer
from pmcds.model.answers import Answer, Subject
from pmcds.result import Result
from tests.cards.files import CARDS

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def engine() -> pmcds.Engine:
    """The engine of the checkout's cards."""
    return pmcds.Engine(pmcds.Knowledge.from_path(CARDS))


def result(patient: dict[str, Any], order: str | Sequence[str] | None = None) -> Result:
    """The result for a patient in words, written as a Bundle and read from bytes."""
    orders = [order] if isinstance(order, str) else list(order or ())
    bundle = bundle_of(pmcds.Patient(**patient), now=NOW, terms=engine().terms, orders=orders)
    return engine().evaluate(json.dumps(bundle, default=str).encode(), now=NOW)


def line(rule: str, patient: dict[str, Any], order: str | Sequence[str] | None = None) -> str:
    """ "OUTCOME" or "OUTCOME(reason)" of one rule; an empty text if it had no say."""
    for found in result(patient, order).ledger.orders:
        if found.rule == f"tumor/{rule}":
            return found.outcome + (f"({found.reason})" if found.reason and found.outcome != "CLEAR" else "")
    return ""


def tissue(cancer: str | None = None, **more: Any) -> dict[str, Any]:
    """A patient with results of tumor tissue."""
    return {**({"cancer": [cancer]} if cancer else {}), "specimen": "tissue", **more}


def answer(kind: str, name: str, patient: dict[str, Any], origin: str = "somatic") -> Answer:
    """The answer to one question about a patient in words."""
    from pmcds import fhir

    terms, genes = engine().terms, engine().knowledge.genes
    bundle = bundle_of(pmcds.Patient(**patient), now=NOW, terms=terms)
    opened = fhir.open_input(json.dumps(bundle, default=str).encode())
    reading = fhir.read(opened, fhir.ReadContext(terms, genes, None, NOW, None, fhir.Policy()))
    question = (Subject(kind, name), origin)
    return infer(reading, [question], genes=genes, terms=terms, now=NOW)[question]
