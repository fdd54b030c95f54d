"""Small rules made by hand, so that the engine is tested without rule files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from pmcds.engine import Phrasing, Ranking
from pmcds.engine.match import atoms
from pmcds.model import words
from pmcds.model.answers import CLOSED_WORLD, Answer, Subject
from pmcds.model.cards import Card
from pmcds.model.findings import DrugMatch, Order, Source
from pmcds.model.rules import (
    Advice,
    All,
    Atom,
    CardSpec,
    Case,
    Condition,
    Either,
    Environment,
    Evidence,
    Not,
    Population,
    Rule,
)

GENE = Subject("phenotype", "GENE1")
OTHER = Subject("phenotype", "GENE2")
SOURCE = Source("Observation/1", "/entry/1/resource", "/entry/1/resource")


def holds(condition: Condition | None, subjects: Sequence[Subject], env: Environment, *, words_count: bool) -> bool:
    """The plain meaning of a condition tree."""
    if condition is None:
        return True
    if isinstance(condition, All):
        return all(holds(part, subjects, env, words_count=words_count) for part in condition.parts)
    if isinstance(condition, Either):
        return any(holds(part, subjects, env, words_count=words_count) for part in condition.parts)
    if isinstance(condition, Not):
        assert isinstance(condition.part, Atom)
        value = env[subjects.index(condition.part.subject)]
        if condition.part.subject.kind not in CLOSED_WORLD and value in words.ANSWER_WORDS:
            return False
        return not condition.part.holds(value)
    value = env[subjects.index(condition.subject)]
    if value in words.ANSWER_WORDS and not words_count:
        return False
    return condition.holds(value)


def card(action: str = "avoid", indicator: str = "critical", **parameters: object) -> CardSpec:
    return CardSpec(indicator, (Advice(action, (), parameters),))


def case(
    name: str,
    condition: Condition | None,
    subjects: Sequence[Subject],
    shows: CardSpec | None = None,
    silent: str | None = None,
    uncertain: bool = False,
) -> Case:
    return Case(
        name,
        condition,
        lambda env: holds(condition, subjects, env, words_count=True),
        lambda env: holds(condition, subjects, env, words_count=False),
        frozenset(subjects.index(atom.subject) for atom in atoms(condition)),
        shows,
        silent,
        uncertain=uncertain,
    )


def population(
    cases: Sequence[Case], subjects: Sequence[Subject], name: str | None = None, when: Condition | None = None
) -> Population:
    used = sorted({slot for each in cases for slot in each.named})
    needs = frozenset(
        slot for each in cases if each.card for slot in each.named if subjects[slot].kind not in CLOSED_WORLD
    )
    decides = tuple(sorted({subjects.index(atom.subject) for atom in atoms(when)}))
    test = None if when is None else (lambda env: holds(when, subjects, env, words_count=True))
    return Population(name, when, test, tuple(cases), needs, tuple(used), decides)


def rule(
    populations: Sequence[Population],
    subjects: Sequence[Subject],
    *,
    drugs: Sequence[str] = ("drugone",),
    cuts: Mapping[int, tuple[Decimal, ...]] | None = None,
    name: str = "family/drugone/src",
) -> Rule:
    return Rule(
        id=name,
        title="Drug one and gene one",
        version=1,
        status="active",
        source="src",
        why="It matters.",
        hooks=("order-select", "patient-view"),
        drugs=tuple(drugs),
        subjects=tuple(subjects),
        populations=tuple(populations),
        evidence={"e": Evidence("e", "SRC", "2024-01", "https://example.org/guideline")},
        cuts=cuts or {},
        origin="germline",
        topic="GENE1drugone",
    )


def answer(subject: Subject, *keys: str, word: str | None = None, reason: str | None = None, **more: object) -> Answer:
    sources = (SOURCE,) if keys or word in (words.CONFLICTING,) else ()
    return Answer(subject, keys, word, reason, sources, **more)  # type: ignore[arg-type]


PHRASES = yaml.load((Path(__file__).parents[2] / "cards/phrases/en.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)


class Drugs:
    """Terms that know the code of every drug but `nocode` and `nodrug`."""

    def drug(self, name: str) -> Any:
        if name == "nodrug":
            return None

        class Term:
            codes = () if name == "nocode" else (("http://www.nlm.nih.gov/research/umls/rxnorm", "1", name),)

        return Term()


def ranking(sources: Sequence[str] = ("src",)) -> Ranking:
    return Ranking(Phrasing(PHRASES), Drugs(), sources=sources, patient="Patient/p1", snapshot="abc")  # type: ignore[arg-type]


def order(**changes: Any) -> Order:
    """A draft of the request for one drug that was recognized by its code."""
    values: dict[str, Any] = {
        "key": "MedicationRequest/1",
        "drug": DrugMatch(("drugone",), systemic=True, how="code"),
        "source": Source("MedicationRequest/1", "/context/draftOrders/entry/0/resource"),
        "resource": {"resourceType": "MedicationRequest", "id": "1"},
    }
    return Order(**{**values, **changes})


def text_of(shown: Card) -> str:
    """Everything that the detail of a card says, a line each."""
    return "\n".join(line for block in shown.detail for line in block.lines)
