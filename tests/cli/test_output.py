"""Text for terminals: wrapped, clean, drawn where rich is installed."""

from __future__ import annotations

import io
import sys
from decimal import Decimal

import pytest

from pmcds.cli.output import RichScreen, Screen, clean, plain, print_json, screen
from pmcds.cli.text import show_card, value_text
from pmcds.model.cards import Block, Card, Coding, Remove

CARD = Card(
    uuid="1",
    order="MedicationRequest/1",
    drug="example",
    summary="Avoid example",
    indicator="critical",
    detail=(Block(("First reason", "second [bold]reason[/bold]"), heading="Reasons", points=True),),
    source="Guideline",
    source_url="https://example.org",
    topic=None,
    lines=(("MedicationRequest/1", "a/b"),),
    suggestions=(Remove("MedicationRequest/1", "Remove the order"),),
)


def test_signs_that_a_terminal_obeys_are_taken_out() -> None:
    assert clean("a\x1b[31mb\r\nc\u202ed\u200be") == "a [31mb c d e"


def test_values_become_json() -> None:
    assert plain(Coding("s", "c", "d")) == {"system": "s", "code": "c", "display": "d"}
    assert plain({"a": (Decimal("1.50"), None, True), "b": frozenset({"y", "x"})}) == {
        "a": ["1.50", None, True],
        "b": ["x", "y"],
    }


def test_json_is_ascii_where_the_terminal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    print_json({"score": "≥3.0"})
    sys.stdout.flush()
    assert b"\\u2265" in raw.getvalue()


def test_a_card_is_shown_with_reasons_offers_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    show_card(Screen(), CARD)
    shown = capsys.readouterr().out
    assert shown.splitlines() == [
        "",
        "CRITICAL: Avoid example",
        "  Reasons",
        "    - First reason",
        "    - second [bold]reason[/bold]",
        "  Offers",
        "    - Remove the order",
        "  Source: Guideline <https://example.org>",
    ]


def test_a_table_keeps_within_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = Screen()
    drawn.width, drawn.whole_rows = 40, False
    drawn.table(("a", "rule"), [("short", "pharmacogenomics/example/source and more"), ("x" * 60, "one two")])
    shown = capsys.readouterr().out
    assert max(len(line) for line in shown.splitlines()) <= 40
    assert "pharmacogenomics/\n" in shown
    assert "x" * 60 in "".join(line.split(" ")[0] for line in shown.splitlines())


def test_a_row_that_a_program_reads_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = Screen()
    drawn.width = 40
    drawn.table(("rule", "title"), [("pharmacogenomics/example/source", "a title that is long enough for two lines")])
    assert "pharmacogenomics/example/source  a title that is long enough for two lines" in capsys.readouterr().out


def test_rich_draws_the_same_words(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rich")
    drawn = RichScreen()
    show_card(drawn, CARD)
    drawn.heading("What was decided")
    drawn.table(("a",), [("[red]*2/*2[/red]",)])
    shown = capsys.readouterr().out
    for words in ("CRITICAL", "Avoid example", "second [bold]reason[/bold]", "What was decided", "[red]*2/*2[/red]"):
        assert words in shown


def test_plain_text_is_shown_where_nobody_looks_on() -> None:
    assert type(screen()) is Screen


def test_values_of_findings_fit_on_a_line() -> None:
    assert value_text({"allele": "HLA-B*57:01", "codes": ["a", "b"], "none": None}) == "allele HLA-B*57:01, codes a, b"
    assert value_text(None) == ""
    assert value_text(Decimal("4.2")) == "4.2"
