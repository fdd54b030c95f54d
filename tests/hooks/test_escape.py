"""Text in `detail` shows exactly the characters that were put in, in every renderer (MD)."""

from __future__ import annotations

import re
import string
import unicodedata
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pmcds.hooks.escape import JOINER, escape, escape_each, length, paragraphs, plain, points, shorten, strong

HOSTILE = (
    "HLA-B*57:01 and HLA-B*15:02",
    "CYP2D6*4 or CYP2D6*5",
    "CYP2D6*4/*41; CYP2C19*17/*17",
    "HLA-DQA1*05:01~HLA-DQB1*02:01",
    "p.Trp24*fs*12",
    "NM_000059.4:c.5946del",
    "> 10 mut/Mb",
    "1. CYP2D6",
    "- stop",
    "# 1 finding",
    "~5 mg~ ~~old~~",
    "TMB <b>x</b> <img src=x onerror=alert(1)> <!-- c -->",
    "https://example.org/a?b=c http://x.y",
    "www.example.org WWW.Example.org wWw.a.b",
    "a@b.org mailto:a@b.org xmpp:a@b.org",
    "&lt;5 &amp; &#42;",
    "[a](javascript:alert(1)) ![x](http://x/y.png) [^1] [x]: y",
    "`code` ```block```",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "\\*already escaped\\*",
    "ends with a backslash \\",
    "===\n---",
    "+ plus\n* star",
    "    indented",
    ":smile: ${x} {{7*7}} {0.__class__}",
    "<https://example.org> <a@b.org>",
    "ftp://example.org",
)

_ALLOWED = {"p", "strong", "ul", "li"}


class _Page(HTMLParser):
    """Elements and visible text of a rendered detail."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_comment(self, data: str) -> None:
        self.elements.append("!--")

    def handle_data(self, data: str) -> None:
        self.text += data


def _cmark(markdown: str) -> _Page:
    page = _Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
    return page


def _markdown_it(markdown: str) -> _Page:
    page = _Page()
    # Everything that a client may switch on: raw HTML, links, tables, strikethrough.
    page.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    return page


ENGINES = pytest.mark.parametrize("engine", [_cmark, _markdown_it])


def _seen(page: _Page) -> str:
    return page.text.replace(JOINER, "").strip("\n")


def _engines(text: str) -> None:
    for engine in (_cmark, _markdown_it):
        page = engine(escape(text))
        assert page.elements == (["p"] if plain(text) else []), text
        assert _seen(page) == plain(text), text


@pytest.mark.parametrize("text", HOSTILE)
def test_hooks_md01_hostile_text_is_one_plain_paragraph(text: str) -> None:
    _engines(text)


_ALLELES = st.sampled_from(["*2", "*57:01", "HLA-B*57:01", "CYP2D6*4/*41", "p.Trp24*fs*12", "c.85A>G", "rs9923231"])
_PIECES = st.one_of(
    _ALLELES,
    st.sampled_from([*string.punctuation, " ", "\n", "\t", "://", "www.", "@", "<b>", "&lt;", "a.org", "1.", "    "]),
    st.text(max_size=4),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
@example("a@b.c")
@example("www.www.www.a")
@example("://://")
def test_hooks_md06_random_text_shows_as_typed(text: str) -> None:
    _engines(text)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.lists(_PIECES, max_size=8).map("".join), max_size=5))
@example(["a\nb", "c"])
@example(["", ""])
@example(["a ", " b"])
@example(["www", ".a.org"])
def test_hooks_md06_texts_are_escaped_together_as_they_are_alone(texts: list[str]) -> None:
    assert escape_each(texts) == [escape(text) for text in texts]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(_PIECES, max_size=8).map("".join).filter(lambda text: bool(plain(text))), min_size=1, max_size=4)
)
def test_hooks_md06_random_points_and_headings_show_as_typed(lines: list[str]) -> None:
    detail = paragraphs([strong(escape(lines[0])), points(escape(line) for line in lines)])
    for engine in (_cmark, _markdown_it):
        page = engine(detail)
        assert set(page.elements) <= _ALLOWED
        assert page.elements.count("li") == len(lines)
        assert page.elements.count("strong") == 1
        assert not page.attributes
        shown = [line for line in _seen(page).split("\n") if line.strip()]
        assert [line.strip() for line in shown] == [plain(lines[0]), *(plain(line) for line in lines)]


@pytest.mark.parametrize(
    "allele", ["HLA-B*57:01", "CYP2C19 *2/*2", "CYP2D6*1/*4x2", "NM_000059.4:c.5946del p.(Ser1982fs)"]
)
@ENGINES
def test_hooks_md05_names_of_alleles_and_variants_survive(engine: object, allele: str) -> None:
    assert callable(engine)
    page = engine(f"Before {escape(allele)} after")
    assert page.text.strip() == f"Before {allele} after"
    assert JOINER not in escape(allele)


def test_hooks_md05_is_sent_as_the_specification_of_this_project_prints_it() -> None:
    assert escape("CYP2C19 *2/*2") == r"CYP2C19 \*2\/\*2"


def test_hooks_md04_every_ascii_punctuation_gets_a_backslash() -> None:
    assert escape("x" + string.punctuation.replace("@", "")) == "x" + "".join(
        f"\\{sign}" for sign in string.punctuation if sign != "@"
    )
    assert escape("@") == f"\\@{JOINER}"


def test_hooks_md03_joiner_stands_before_the_escapes() -> None:
    assert escape("http://a") == rf"http\:{JOINER}\/\/a"
    assert escape("WWW.a") == rf"WWW{JOINER}\.a"


def test_hooks_md02_control_bidirectional_and_zero_width_characters_become_blanks() -> None:
    assert plain("a\u202eb\u200bc\x00d\u2060e\ufefff\u00adg\r\n\th") == "a b c d e f g h"
    assert plain("  MERCAPTOPURINE\u202f50\u00a0MG  ") == "MERCAPTOPURINE 50 MG"
    assert plain("\ud800") == ""


def test_hooks_md02_no_control_or_format_character_is_left() -> None:
    # The signs that stand in front of numbers in Arabic, Syriac and Kaithi script are visible.
    visible = re.compile("[\u0600-\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]")
    left = [
        code
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and plain(chr(code))
    ]
    assert [code for code in left if not visible.match(chr(code))] == []


@given(st.text())
def test_hooks_md02_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize("count", [139, 140, 300])
def test_hooks_c01_summary_is_cut_to_fewer_than_140_in_both_counts(count: int) -> None:
    for sign in ("a", "\U0001f9ec"):
        text = sign * count
        cut = shorten(text)
        assert length(cut) < 140
        assert len(cut.encode("utf-16-le")) // 2 < 140
        assert (cut == text) == (length(text) < 140)


def test_hooks_c01_a_cut_keeps_the_negation() -> None:
    cut = shorten(
        "Therapy with this drug is described in the guideline " + "and so on " * 10 + "but not advised in this patient"
    )
    assert "not advised in this" in cut
    assert length(cut) < 140


def test_hooks_c01_a_cut_keeps_alleles_with_their_gene() -> None:
    text = "x" * 127 + " CYP2C19 *2/*2 means little"
    assert shorten(text) == "x" * 127 + "…"


@given(st.text(), st.integers(min_value=20, max_value=139))
def test_hooks_c01_any_text_fits_after_the_cut(text: str, limit: int) -> None:
    assert length(shorten(text, limit)) <= limit
