"""The card page: self-contained, and nothing of the input becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from pmcds.cli.page import page
from pmcds.model.cards import Block, Card, Link, Remove
from pmcds.model.ledger import DecisionLine, InputLine, Ledger
from pmcds.result import Result
from tests.cli.conftest import BUNDLES, Run

HOSTILE = "<script>alert(1)</script>\" onload='x' &amp; \u202ereversed\x1b[31m"


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def result(text: str, *, url: str = "https://example.org/") -> Result:
    card = Card(
        uuid="1",
        order=text,
        drug=text,
        summary=text,
        indicator="warning",
        detail=(Block((text,), heading=text), Block((text,), points=True)),
        source=text,
        source_url=url,
        topic=None,
        lines=((text, text),),
        suggestions=(Remove(text, text),),
        links=(Link(text, url),),
    )
    line = DecisionLine(text, text, text, "ALERT", text, (text,))
    ledger = Ledger((line,), (InputLine(text, text, used=text),), snapshot=text)
    return Result((card,), ledger)


def test_text_never_becomes_markup() -> None:
    plain, hostile = Tags(), Tags()
    plain.feed(page(result("harmless")))
    hostile.feed(page(result(HOSTILE)))
    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes
    assert "script" not in hostile.tags


def test_signs_that_turn_text_around_are_gone() -> None:
    assert not {"\u202e", "\x1b"} & set(page(result(HOSTILE)))


def test_only_https_becomes_a_link() -> None:
    assert "javascript:" not in page(result("x", url="javascript:alert(1)"))
    assert 'href="https://example.org/"' in page(result("x"))


def test_nothing_is_loaded() -> None:
    text = page(result("x"))
    for sign in ("<script", "<link", "<img", "src=", "@import", "url("):
        assert sign not in text


def test_evaluate_writes_the_page(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "cards.html"
    assert run("evaluate", BUNDLES / "clopidogrel-cyp2c19-poor.json", "--html", file).status == 0
    text = file.read_text(encoding="utf-8")
    assert '<article class="critical"' in text
    assert "*2/*2" in text
    assert "Not for time-critical use" in text
