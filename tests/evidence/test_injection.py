"""Hostile text of the record stays text, and addresses come from the rules (TB-09, S08, S09, S27)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.evidence.bundles import Json, resources, texts
from tests.evidence.canaries import KEPT
from tests.evidence.goldens import Golden, bundles, engine

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[go](javascript:alert(1))", "![x](https://evil.example/x.png)",
    "<https://evil.example>", "https://evil.example", "www.evil.example", "eve@evil.example", "[a]: https://evil.example",
    "| a | b |\n|---|---|", "# heading", "- [ ] task", "&lt;b&gt;", "`code`", "\u202egnp.exe", "a\u200bb",
    "data:text/html,<b>",
    "{0.__class__}", "{{7*7}}", "${7*7}", "%s%n", "</p><b>", "\u0000", "**bold**", "~~gone~~", "x" * 5000,
)  # fmt: skip


def _rendered(text: str) -> str:
    from cmarkgfm import github_flavored_markdown_to_html  # type: ignore[import-untyped]

    html: str = github_flavored_markdown_to_html(text)
    return html


def _told(golden: Golden, text: str) -> Any:
    """The bundle with the text in every place that holds words."""

    def change(name: str, old: str) -> str:
        return old if name in KEPT or old[:4].isdigit() else text

    return texts(golden.fresh(), change)


@pytest.mark.parametrize("golden", bundles(), ids=lambda golden: golden.name)
def test_hostile_text_is_never_live(golden: Golden) -> None:
    known = set(re.findall(r"https://[^\s\"')\]}]+", json.dumps(engine().knowledge.documents(), default=str)))
    for text in HOSTILE:
        source: Json = _told(golden, text)
        for order in resources(source, "MedicationRequest"):
            order["medicationCodeableConcept"] = {"text": text}
        response = engine().evaluate(source, now=golden.now).to_dict()
        for card in response["cards"]:
            html = _rendered(card.get("detail", ""))
            tags = set(re.findall(r"<(\w+)", html))
            assert tags <= {"p", "ul", "li", "strong", "em", "br", "ol"}, (text, tags)
            assert not re.search(
                r"[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00]", card["summary"] + card.get("detail", "")
            )
            assert "49" not in card["summary"] or "7*7" not in text
            assert {link["url"] for link in card.get("links", [])} <= known


def test_addresses_come_from_the_rules() -> None:
    known = json.dumps(engine().knowledge.documents(), default=str)
    for golden in bundles():
        for card in engine().evaluate(golden.fresh(), now=golden.now).to_dict()["cards"]:
            addresses = [card["source"].get("url"), *(link["url"] for link in card.get("links", []))]
            for address in filter(None, addresses):
                assert address.startswith("https://"), address
                assert address in known, address
