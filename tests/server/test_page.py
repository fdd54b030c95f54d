"""The page for people, in a real browser: cards render, hostile text does nothing, feedback arrives."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

import pmcds
from pmcds.server import Config, create_app
from pmcds.server.state import Server
from tests.server.material import SELECT

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")

_BROWSER = next((p for p in ("/usr/bin/chromium", shutil.which("chromium") or "") if p and os.path.exists(p)), None)
in_browser = pytest.mark.skipif(_BROWSER is None, reason="needs Chromium: apt-get install chromium")
HOSTILE = "<img src=x onerror=alert(1)> **[x](javascript:alert(1))** <script>alert(2)</script>"


@pytest.fixture(scope="module")
def server(engine: pmcds.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Server]]:
    """The application on a loopback port."""
    place = tmp_path_factory.mktemp("page") / "feedback.db"
    config = Config.model_validate(
        {
            "feedback": {"url": f"sqlite:///{place}"},
            "limits": {"evaluation_seconds": 20, "call_seconds": 30},
        }
    )
    app = create_app(engine, config)
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", app.state.server
    running.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as run:
        # As root, as in containers, Chromium does not start with its sandbox.
        found = run.chromium.launch(executable_path=_BROWSER, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Any, server: tuple[str, Server]) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    found = context.new_page()
    found.problems = []
    found.on("console", lambda message: message.type == "error" and found.problems.append(message.text))
    found.on("pageerror", lambda error: found.problems.append(str(error)))
    found.on("dialog", lambda dialog: (found.problems.append("dialog"), dialog.dismiss()))
    found.goto(server[0] + "/")
    found.wait_for_selector("#sample optgroup", state="attached")
    yield found
    context.close()


def wait(page: Any, expression: str) -> None:
    """Wait until an expression is true. (Playwright's own wait evaluates text, which the page's policy forbids.)"""
    end = time.monotonic() + 20
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"{expression}: {page.inner_text('#status')}"
        time.sleep(0.02)


def choose(page: Any, text: str) -> None:
    """Choose the first sample whose group holds the text and that alerts."""
    value = page.evaluate(
        """(text) => [...document.querySelectorAll('#sample option')].find(
            (o) => o.parentElement.label?.includes(text) && o.textContent.includes('ALERT')).value""",
        text,
    )
    page.select_option("#sample", value)
    wait(page, "document.querySelector('#status').textContent.includes('card')")


def choose_hook(page: Any, hook: str) -> None:
    """Choose a hook and wait for its cards: those of the hook before it are still there for a moment."""
    page.evaluate("document.querySelectorAll('.card').forEach((card) => { card.dataset.before = 'yes'; })")
    page.select_option("#hook", hook)
    wait(page, "!document.querySelector('[data-before]') && document.querySelector('[data-override]') !== null")


@in_browser
def test_cards_of_a_sample_are_shown(page: Any) -> None:
    choose(page, "Clopidogrel")
    assert page.locator(".card").count() >= 1
    level = page.locator(".card .badge").first.inner_text().lower()
    assert level in page.locator(".card").first.get_attribute("class").split()
    text = page.locator(".card").first.inner_text()
    assert "\\" not in text
    assert "**" not in text
    assert page.locator(".card strong").count() >= 1
    assert page.problems == []


@in_browser
def test_hook_ledger_findings_and_json_are_shown(page: Any) -> None:
    choose(page, "Clopidogrel")
    choose_hook(page, "order-select")
    page.click("#tab-ledger")
    assert page.locator("#ledger .ALERT").count() >= 1
    page.locator("#ledger summary").first.click()
    assert "read at" in page.locator("#ledger pre").first.inner_text()
    page.click("#tab-findings")
    assert "CYP2C19" in page.locator("#findings").inner_text()
    page.click("#tab-raw")
    assert '"hook": "order-select"' in page.locator("#raw").inner_text()
    assert not page.locator("#cards").is_visible()
    assert page.problems == []


@in_browser
def test_a_drug_can_be_typed_and_the_bundle_changed(page: Any) -> None:
    choose(page, "Clopidogrel")
    page.fill("#drug", "codeine")
    page.click("#run")
    wait(page, "document.querySelector('#ledger').textContent.includes('codeine')")
    page.fill("#drug", "")
    page.fill("#bundle", "{ this is no JSON")
    page.click("#run")
    wait(page, "document.querySelector('#status').className === 'bad'")
    page.fill("#bundle", '{"resourceType": "Bundle", "type": "collection", "entry": []}')
    page.click("#run")
    wait(page, "document.querySelector('#status').textContent.startsWith('0 cards')")


@in_browser
def test_accept_and_override_reach_the_store(page: Any, server: tuple[str, Server]) -> None:
    choose(page, "Clopidogrel")
    choose_hook(page, "order-select")
    page.locator("[data-accept]").first.click()
    wait(page, "document.querySelector('.said').textContent === 'Accepted.'")
    page.locator(".choices select").first.select_option(index=1)
    page.locator("[data-override]").first.click()
    wait(page, "document.querySelector('.said').textContent === 'Overridden.'")
    found = {record.outcome: record for record in server[1].store.records()}
    assert set(found) == {"accepted", "overridden"}
    assert found["overridden"].reason_code
    assert all(record.known_card and record.service == "pmcds-order-select" for record in found.values())


@in_browser
def test_no_reason_is_given_that_nobody_chose(page: Any, server: tuple[str, Server]) -> None:
    choose(page, "Codeine")
    choose_hook(page, "order-sign")
    page.locator("[data-override]").first.click()
    wait(page, "document.querySelector('.said').textContent === 'Overridden.'")
    [record] = [one for one in server[1].store.records() if one.service == "pmcds-order-sign"]
    assert (record.outcome, record.reason_code) == ("overridden", None)


@in_browser
def test_a_sample_is_found_among_many_by_keyboard_alone(page: Any) -> None:
    whole = page.locator("#sample option").count()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("clopidogrel poor alert")
    few = page.locator("#sample option").count() - 1
    assert 0 < few < whole / 50
    assert page.inner_text("#about") == f"{few} samples fit."
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "sample"
    page.keyboard.press("ArrowDown")
    wait(page, "document.querySelector('#status').textContent.includes('card')")
    assert "Clopidogrel" in page.inner_text("#about")
    page.fill("#find", "no such thing")
    assert page.locator("#sample option").count() <= 2
    page.fill("#find", "")
    assert page.locator("#sample option").count() == whole
    assert page.problems == []


@in_browser
def test_on_a_phone_the_answer_comes_into_view_and_no_word_is_torn(browser: Any, server: tuple[str, Server]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(server[0] + "/")
    page.wait_for_selector("#sample optgroup", state="attached")
    choose(page, "Clopidogrel")
    wait(page, "document.querySelector('#answer').getBoundingClientRect().top < innerHeight / 2")
    page.click("#tab-ledger")
    # Each cell stands in a line of its own, behind the name of its column.
    assert page.evaluate("document.querySelector('#ledger td').getBoundingClientRect().height") < 60
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@in_browser
def test_hostile_text_of_a_record_does_nothing(page: Any) -> None:
    order = {
        "resourceType": "MedicationRequest",
        "id": "o1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": HOSTILE},
    }
    patient = {"resourceType": "Patient", "id": "p1"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (patient, order)]}
    page.fill("#bundle", json.dumps(bundle))
    page.click("#run")
    wait(page, "document.querySelector('#status').textContent.includes('card')")
    assert page.locator("#cards img, #cards script, #cards a[href^=javascript]").count() == 0
    assert page.problems == []


@in_browser
def test_hostile_cards_do_nothing(page: Any) -> None:
    card = {
        "uuid": "u",
        "summary": HOSTILE,
        "detail": f"{HOSTILE}\n\n- {HOSTILE}\n- **{HOSTILE}**\n\n| a | b |\n|---|---|\n| {HOSTILE} | x |",
        "indicator": '"><img src=x onerror=alert(3)>',
        "source": {"label": HOSTILE, "url": "javascript:alert(4)"},
        "links": [{"label": HOSTILE, "url": "data:text/html,<script>alert(5)</script>", "type": "absolute"}],
        "suggestions": [{"label": HOSTILE, "uuid": "s"}],
        "overrideReasons": [{"code": "x", "display": HOSTILE, "system": "urn:x"}],
    }
    body = json.dumps({"cards": [card]})
    page.route(
        "**/cds-services/pmcds-order-select", lambda route: route.fulfill(body=body, content_type="application/json")
    )
    choose(page, "Clopidogrel")
    page.select_option("#hook", "order-select")
    wait(page, "document.querySelector('.card h2').textContent.includes('onerror')")
    assert page.locator("#cards img, #cards script, #cards table, #cards a").count() == 0
    assert page.locator("#cards h2").first.inner_text() == HOSTILE
    assert page.problems == []


@in_browser
def test_the_page_works_by_keyboard(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#sample")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    wait(page, "document.querySelector('#status').textContent.includes('card')")
    page.focus("#tab-cards")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-ledger"
    assert page.locator("#ledger").is_visible()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#cards").is_visible()
    named = page.evaluate(
        """[...document.querySelectorAll('input, select, textarea')].every(
            (e) => e.labels.length || e.getAttribute('aria-label'))"""
    )
    assert named


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_it_fits_phones_and_has_contrast(browser: Any, server: tuple[str, Server], scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(server[0] + "/")
    page.wait_for_selector("#sample optgroup", state="attached")
    choose(page, "Clopidogrel")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in ("body", ".help", ".badge", "button[type=submit]", ".card h2", ".source"):
        assert _contrast(page, selector) >= 4.5
    context.close()


def _contrast(page: Any, selector: str) -> float:
    """The contrast of text and what is behind it, as WCAG counts it."""
    colors = page.evaluate(
        """(selector) => {
            let node = document.querySelector(selector);
            const ink = getComputedStyle(node).color;
            const clear = (e) => /rgba\\(0, 0, 0, 0\\)|transparent/.test(getComputedStyle(e).backgroundColor);
            while (node && clear(node)) node = node.parentElement;
            return [ink, node ? getComputedStyle(node).backgroundColor : "rgb(255, 255, 255)"];
        }""",
        selector,
    )
    one, two = sorted((_luminance(color) for color in colors), reverse=True)
    return (one + 0.05) / (two + 0.05)


def _luminance(color: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# Without a browser


def test_the_page_is_whole_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for name in re.findall(r'(?:src|href)="([^"#]+)"', answer.text):
        if not name.startswith("data:"):
            assert client.get("/" + name).status_code == 200
    whole = "".join(client.get(f"/page/{name}").text for name in ("page.js", "page.css", "markdown.js")) + answer.text
    assert not re.findall(r"(?:https?:)?//(?!)", whole) or "cdn" not in whole
    assert "innerHTML" not in whole
    assert client.get("/page/__init__.py").status_code == 404


def test_every_sample_can_be_evaluated(client: TestClient) -> None:
    choices = client.get("/page/choices").json()
    numbers = [patient["number"] for group in choices["samples"] for patient in group["patients"]]
    assert len(numbers) > 50
    for number in numbers[:: max(len(numbers) // 20, 1)]:
        bundle = client.get(f"/page/samples/{number}").json()
        for hook in ("", "order-select", "patient-view"):
            found = client.post("/page/evaluate", json={"bundle": bundle, "hook": hook})
            assert found.status_code == 200
            assert len(found.json()["why"]) == len(found.json()["report"]["ledger"]["orders"])
    assert client.get("/page/samples/999999").status_code == 404


@pytest.mark.parametrize("body", [{}, [], {"bundle": "text"}, {"bundle": {}, "hook": 5}, {"bundle": {"entry": 7}}])
def test_odd_questions_are_refused(client: TestClient, body: Any) -> None:
    assert client.post("/page/evaluate", json=body).status_code in (200, 400)


def test_the_page_can_be_switched_off(open_client: Any) -> None:
    client = open_client(page=False)
    assert client.get("/").status_code == 404
    assert client.get("/cds-services").status_code == 200
    assert SELECT
