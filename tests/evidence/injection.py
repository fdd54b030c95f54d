"""Injection (TB-09): hostile texts in every string of every input, rendered by two Markdown engines and a browser."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

import pmcds
from tests.evidence.goldens import Golden, engine
from tests.evidence.torture import Path, nodes

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[go](javascript:alert(1))", "![x](https://evil.example/x.png)",
    "<https://evil.example>", "https://evil.example", "www.evil.example", "eve@evil.example", "[a]: https://evil.example",
    "| a | b |\n|---|---|", "# heading", "- [ ] task", "&lt;b&gt;", "`code`", "\u202egnp.exe", "a\u200bb",
    "data:text/html,<b>", "{0.__class__}", "{{7*7}}", "${7*7}", "%s%n", "</p><b>", "\u0000", "**bold**", "~~gone~~",
    "x" * 5000, "<svg onload=alert(1)>", "[^1]: note", "mailto:eve@evil.example", "codeine <iframe src=//evil.example>",
    "CYP2C19 *2/*2 <b onmouseover=alert(1)>poor</b>", "\u2066isolate", "javascript:alert(1)",
)  # fmt: skip
# What the templates of cards are made of.
ELEMENTS = frozenset({"p", "ul", "ol", "li", "strong", "em", "br"})
_HIDDEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x08]")
CHROMIUM = next((place for place in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if os.path.exists(place)), None)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag if not attrs else f"{tag} with {attrs[0][0]}")


def _cmark(text: str) -> str:
    html: str = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    return html


_IT = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("table")


@lru_cache(4096)
def rendered(text: str) -> tuple[str, str]:
    """The text as HTML by both engines, raw HTML let through."""
    return _cmark(text), str(_IT.render(text))


@cache
def _known() -> frozenset[str]:
    text = json.dumps(engine().knowledge.documents(), default=str, ensure_ascii=False)
    return frozenset(re.findall(r"https://[^\s\"'<>\\]+", text))


@lru_cache(64)
def places(golden: Golden) -> list[Path]:
    """Every place of the input that holds a string."""
    source = golden.fresh()

    def at(path: Path) -> Any:
        value = source
        for step in path:
            value = value[step]
        return value

    return [path for path in nodes(source) if isinstance(at(path), str)]


def told(golden: Golden, path: Path, text: str) -> dict[str, Any]:
    """The response with the text in one place; nothing if the input is refused."""
    source = golden.fresh()
    holder = source
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = text
    try:
        return engine().of(golden, source).to_dict()
    except (pmcds.InputError, pmcds.HookError):
        return {"cards": []}


def live(response: dict[str, Any]) -> Iterator[str]:
    """What is live or hidden in the cards."""
    for card in response["cards"]:
        for html in rendered(card.get("detail", "")):
            tags = _Tags()
            tags.feed(html)
            if tags.found - ELEMENTS:
                yield f"elements {sorted(tags.found - ELEMENTS)}"
        labels = [one["label"] for one in card.get("suggestions", ())]
        shown = "".join([card["summary"], card.get("detail", ""), *labels])
        if _HIDDEN.search(shown):
            yield "control or direction characters"
        for address in (card["source"].get("url"), *(link["url"] for link in card.get("links", ()))):
            if address is not None and address not in _known():
                yield f"address {address}"


def in_browser(details: Iterable[str]) -> list[str]:
    """What happens when a browser shows these details, rendered by both engines: dialogs, requests, live elements."""
    from playwright.sync_api import sync_playwright

    body = "".join(f"<div class=card>{html}</div>" for detail in details for html in rendered(detail))
    happened: list[str] = []
    with sync_playwright() as run:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("dialog", lambda dialog: (happened.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: happened.append(f"request {request.url[:80]}"))
        page.set_content(f"<!doctype html><meta charset=utf-8><body>{body}</body>", wait_until="load")
        page.wait_for_timeout(300)
        script = """() => [...document.querySelectorAll('body *')].filter(e =>
            !['P','UL','OL','LI','STRONG','EM','BR','DIV'].includes(e.tagName) ||
            [...e.attributes].some(a => a.name !== 'class' || a.value !== 'card')).map(e => e.tagName)"""
        happened += [f"element {tag}" for tag in page.evaluate(script)]
        browser.close()
    return [one for one in happened if not one.startswith("request about:blank")]


def sample(several: Sequence[Golden], rng: random.Random) -> tuple[Golden, Path, str]:
    """One case."""
    golden = rng.choice(several)
    return golden, rng.choice(places(golden)), rng.choice(HOSTILE)
