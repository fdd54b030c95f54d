"""Messages that other projects wrote, through the server: the statuses, drugs and silence that their index expects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds.hooks import check_message
from pmcds.result import Result
from tests.conformance.samples import Sample, samples
from tests.server.conftest import Open
from tests.shared import needs_shared

pytestmark = needs_shared

REQUESTS = samples("request")


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """The results behind the answers."""
    found: list[Result] = []
    answer = pmcds.Engine.answer

    def keep(*arguments: Any, **options: Any) -> Result:
        found.append(answer(*arguments, **options))
        return found[-1]

    monkeypatch.setattr(pmcds.Engine, "answer", keep)
    return found


def _path(sample: Sample) -> str:
    return f"/cds-services/pmcds-{sample.about['hook']}"


@pytest.fixture
def asked(open_client: Open) -> TestClient:
    """A client of a server that may fetch from one server, which no sample names."""
    return open_client(fetch={"servers": ["https://fhir.invalid/r4"], "seconds": 0.1})


def test_every_sample_gets_a_status_that_its_index_allows(asked: TestClient) -> None:
    assert len(REQUESTS) == 63
    wrong = {}
    for sample in REQUESTS:
        answer = asked.post(_path(sample), content=sample.body)
        assert answer.status_code < 500, sample.file
        if answer.status_code not in sample.about["expected"]["status"]:
            wrong[sample.file] = (answer.status_code, answer.text[:200])
    assert wrong == {}


def test_every_answer_to_a_sample_passes_the_checklist(asked: TestClient) -> None:
    for sample in REQUESTS:
        answer = asked.post(_path(sample), content=sample.body)
        if answer.status_code == 200:
            assert check_message("response", answer.content) == [], sample.file
        else:
            outcome = answer.json()
            assert outcome["resourceType"] == "OperationOutcome", sample.file
        assert answer.headers["cache-control"] == "no-store"


def test_the_drugs_of_every_sample_are_found(asked: TestClient, results: list[Result], engine: pmcds.Engine) -> None:
    known = set(engine.knowledge.drugs)
    seen = 0
    for sample in REQUESTS:
        results.clear()
        if asked.post(_path(sample), content=sample.body).status_code != 200:
            continue
        judged = {name for o in results[-1]._outcomes if o.order is not None for name in o.order.drug.ingredients}
        for drug in sample.about["drugs"]:
            counts = drug["in"] == "order" and drug.get("selected") is not False
            for ingredient in drug["ingredients"] if counts else ():
                seen += 1
                named = ingredient.casefold() in {name.casefold() for name in judged}
                # A drug that no rule names may be told as one that is in no table, never as nothing.
                assert named or ingredient not in known, (sample.file, ingredient)
                assert results[-1].ledger.orders, sample.file
    assert seen > 20


def test_no_sample_makes_an_alert_and_those_without_drug_of_ours_stay_silent(
    asked: TestClient, results: list[Result]
) -> None:
    """No sample carries a genomic result: whatever is said about a drug can only be that it was not checked."""
    for sample in REQUESTS:
        results.clear()
        answer = asked.post(_path(sample), content=sample.body)
        if answer.status_code != 200:
            continue
        lines = results[-1].ledger.orders
        assert sum(line.outcome == "ALERT" for line in lines) == sample.about["expected"]["alerts"], sample.file
        if sample.about["expected"]["must_stay_silent"]:
            drugs = [card for card in results[-1].cards if not card.notice]
            assert drugs == [], sample.file
        else:
            assert any(line.outcome in ("CANNOT-TELL", "NOT-COVERED") for line in lines), sample.file
            assert not any(line.outcome == "CLEAR" and line.rule for line in lines if line.order != "@patient")


def test_A8_no_server_that_a_sample_names_is_ever_called(asked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from pmcds.server.transport import Transport

    monkeypatch.setattr(Transport, "get", lambda *_, **__: pytest.fail("a server outside the list was called"))
    assert any("fhirServer" in sample.message for sample in REQUESTS)
    for sample in REQUESTS:
        asked.post(_path(sample), content=sample.body)


@pytest.mark.parametrize("sample", samples("feedback"), ids=str)
def test_feedback_of_others_is_taken(asked: TestClient, sample: Sample) -> None:
    answer = asked.post("/cds-services/pmcds-order-sign/feedback", content=sample.body)
    assert (answer.status_code, answer.json()) == (200, {})
    assert json.loads(sample.body)["feedback"]
