"""Cards as one plain, self-contained page: no script, nothing loaded, every character escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from pmcds.cli.output import clean
from pmcds.cli.text import closing_line

if TYPE_CHECKING:
    from pmcds.model.cards import Block, Card, Link
    from pmcds.result import Result

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#f6f6f4;margin:0 auto;max-width:60rem;padding:1rem}
article{background:#fff;border:1px solid #ccc;border-left:.5rem solid #2458a6;border-radius:.3rem;
margin:1rem 0;padding:.2rem 1rem}
article.warning{border-left-color:#9a6700}article.critical{border-left-color:#b42318}
h2{font-size:1.1rem}h3{font-size:1rem;margin-bottom:.2rem}p{margin:.4rem 0}
.indicator{text-transform:uppercase;font-size:.8rem;font-weight:700}
table{border-collapse:collapse;width:100%;font-size:.85rem;background:#fff}
th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
footer{font-size:.85rem;margin-top:2rem}
"""

_INTENDED_USE = (
    "Decision support for health care professionals, made from reported results. Not for time-critical use. "
    "It does not replace clinical judgment."
)


def page(result: Result) -> str:
    """The whole page."""
    cards = "".join(_card(card) for card in result.cards) or "<p>No card.</p>"
    orders = _table(
        ("Outcome", "Reason", "Order", "Drug", "Rule", "Evidence"),
        (
            (line.outcome, line.reason or "", line.order, line.drug or "", line.rule or "", ", ".join(line.evidence))
            for line in result.ledger.orders
        ),
    )
    inputs = _table(
        ("Resource", "Became", "Place"),
        (
            (line.resource, f"used: {line.used}" if line.used else f"ignored: {line.ignored}", line.site)
            for line in result.ledger.inputs
        ),
    )
    body = (
        f"<h1>Cards</h1>{cards}<h2>What was decided</h2>{orders}<h2>What was read</h2>{inputs}"
        f"<footer><p>{_text(closing_line(result))}</p><p>{_text(_INTENDED_USE)}</p></footer>"
    )
    return document("Cards", body)


def document(title: str, body: str) -> str:
    """An HTML document around a body that is already escaped."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def table_page(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A page that holds one table."""
    return document(title, f"<h1>{_text(title)}</h1>{_table(head, rows)}")


def _card(card: Card) -> str:
    # The class comes from a closed list, never from the card's text.
    kind = card.indicator if card.indicator in ("info", "warning", "critical") else "info"
    detail = "".join(_block(block) for block in card.detail)
    offers = ""
    if card.suggestions:
        offers = "<h3>Offers</h3>" + _list(suggestion.label for suggestion in card.suggestions)
    source = _text(card.source)
    if card.source_url:
        source = _anchor(card.source_url, card.source)
    links = "".join(f"<p>{_link(link)}</p>" for link in card.links)
    return (
        f'<article class="{kind}" lang="{_text(card.language)}"><p class="indicator">{kind}</p>'
        f"<h2>{_text(card.summary)}</h2>{detail}{offers}<p>Source: {source}</p>{links}</article>"
    )


def _block(block: Block) -> str:
    heading = f"<h3>{_text(block.heading)}</h3>" if block.heading else ""
    if block.points:
        return heading + _list(block.lines)
    return heading + "".join(f"<p>{_text(line)}</p>" for line in block.lines)


def _list(points: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{_text(point)}</li>" for point in points) + "</ul>"


def _link(link: Link) -> str:
    return _anchor(link.url, link.label)


def _anchor(url: str, label: str) -> str:
    if not url.startswith("https://"):
        return _text(label)
    return f'<a href="{_text(url)}" rel="noreferrer">{_text(label)}</a>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
