"""Answers and rules to cards and ledger: match, compose, rank, account. No FHIR, no I/O."""

from __future__ import annotations

from pmcds.engine.blank import Blank, questions
from pmcds.engine.judge_orders import Situation, judge_order, judge_patient, read_set
from pmcds.engine.ledger import account
from pmcds.engine.outcome import PATIENT, Outcome
from pmcds.engine.phrasing import Phrasing
from pmcds.engine.pretest import EVERY_GROUP, muted
from pmcds.engine.rank import Ranking, rank
from pmcds.engine.recommend import recommendations

__all__ = [
    "EVERY_GROUP",
    "PATIENT",
    "Blank",
    "Outcome",
    "Phrasing",
    "Ranking",
    "Situation",
    "account",
    "judge_order",
    "judge_patient",
    "muted",
    "questions",
    "rank",
    "read_set",
    "recommendations",
]
