"""Hostile text of the record stays text, and addresses come from the rules (TB-09, S08, S09, S27)."""

from __future__ import annotations

import json
import random

import pytest

from tests.evidence.bundles import Json, resources, texts
from tests.evidence.canaries import KEPT
from tests.evidence.goldens import Golden, bundles, engine, judged_by, of_all_rules, of_some_rules, requests
from tests.evidence.injection import CHROMIUM, HOSTILE, in_browser, live, rendered, sample, told


def _everywhere(golden: Golden, text: str) -> Json:
    """The bundle with the text in every place that holds words, and as the words of every order."""

    def change(name: str, old: str) -> str:
        return old if name in KEPT or old[:4].isdigit() else text

    source: Json = texts(golden.fresh(), change)
    for order in resources(source, "MedicationRequest"):
        order["medicationCodeableConcept"] = {"text": text}
    return source


@pytest.mark.parametrize("golden", bundles(), ids=lambda golden: golden.name)
def test_hostile_text_is_never_live(golden: Golden) -> None:
    judge = of_some_rules(golden, random.Random(golden.name))
    for text in HOSTILE:
        response = judge.evaluate(_everywhere(golden, text), now=golden.now).to_dict()
        assert list(live(response)) == [], text
        assert not any("49" in card["summary"] for card in response["cards"] if "7*7" in text)


def test_hostile_text_in_one_place_is_never_live() -> None:
    rng = random.Random("TB-09")
    for golden in (*bundles(), *requests(), *rng.sample(of_all_rules(), 8)):
        with judged_by(of_some_rules(golden, rng)):
            for _ in range(25):
                _, path, text = sample([golden], rng)
                assert list(live(told(golden, path, text))) == [], (golden.name, path, text[:40])


def test_what_is_live_is_noticed() -> None:
    card = {"summary": "x", "detail": "[go](https://evil.example) <b onclick=x>y</b>", "source": {"label": "x"}}
    assert list(live({"cards": [card]}))
    assert all("href" in html for html in rendered("[go](https://evil.example)"))


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
def test_nothing_happens_in_a_browser() -> None:
    pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
    golden = next(golden for golden in bundles() if golden.name.startswith("clopidogrel"))
    details = set()
    for text in HOSTILE:
        response = engine().evaluate(_everywhere(golden, text), now=golden.now).to_dict()
        details |= {card["detail"] for card in response["cards"] if "detail" in card}
    assert in_browser(sorted(details)) == []
    assert in_browser(["<img src=x onerror=alert(1)>"]) != [], "the browser would have noticed"


def test_addresses_come_from_the_rules() -> None:
    known = json.dumps(engine().knowledge.documents(), default=str)
    for golden in bundles():
        for card in engine().evaluate(golden.fresh(), now=golden.now).to_dict()["cards"]:
            addresses = [card["source"].get("url"), *(link["url"] for link in card.get("links", []))]
            for address in filter(None, addresses):
                assert address.startswith("https://"), address
                assert address in known, address
