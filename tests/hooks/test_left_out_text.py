"""Text of a card shows as typed and nothing in it is live, whatever its case or the place of its blanks."""

from __future__ import annotations

import pytest

from pmcds.hooks.escape import JOINER, NEGATIONS, escape, escape_each, length, plain, shorten


@pytest.mark.parametrize("sign", ["www", "WWW", "Www", "wWw", "wwW", "WWw"])
def test_md03_an_address_is_never_a_link_whatever_the_case_of_its_letters(sign: str) -> None:
    expected = rf"see {sign}{JOINER}\.example\.org"
    assert escape(f"see {sign}.example.org") == expected
    assert escape_each([f"see {sign}.example.org"]) == [expected]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" CYP2D6", "CYP2D6"),
        ("CYP2D6 ", "CYP2D6"),
        ("CYP2D6  *4", "CYP2D6 *4"),
        ("CYP2D6\t*4", "CYP2D6 *4"),
        ("CYP2D6\u00a0*4", "CYP2D6 *4"),
        ("CYP2D6\u200b*4", "CYP2D6 *4"),
        ("C\u00fcP2D6\u00ad*4", "C\u00fcP2D6 *4"),
        (" ", ""),
        ("", ""),
    ],
)
def test_md02_no_blank_too_many_is_ever_kept(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert escape_each([text, "x"]) == [escape(shown), "x"]
    assert escape_each(["x", text]) == ["x", escape(shown)]


def test_c01_a_text_of_one_long_word_never_becomes_a_mere_ellipsis() -> None:
    assert shorten("c." + "A" * 200) == "c." + "A" * 136 + "…"


def test_c01_a_cut_without_an_allele_behind_it_never_loses_a_word_that_fits() -> None:
    text = "CYP2C19 poor metabolizer means that little of the active form is made"
    assert shorten(text, 41) == "CYP2C19 poor metabolizer means that…"


@pytest.mark.parametrize("limit", range(12, 40))
def test_c01_an_allele_is_never_torn_from_its_gene_wherever_the_cut_is(limit: int) -> None:
    for text in (
        "results: CYP2C19 *2/*2 and HLA-B *57:01 present",
        "*2/*2 of CYP2C19 found in the blood of the patient",
    ):
        cut = shorten(text, limit)
        assert length(cut) <= limit
        kept = cut.removesuffix("…").split(" ")
        assert text.startswith(" ".join(kept))
        if len(kept) < len(text.split(" ")):
            assert not text.split(" ")[len(kept)].startswith("*")


@pytest.mark.parametrize("text", ["*2/*2 *3/*3 " * 20, "*" + "2" * 200 + " found here", "*" + "2" * 200 + " *3 here"])
def test_c01_a_text_that_begins_with_an_allele_never_grows_too_long_or_empty(text: str) -> None:
    cut = shorten(text)
    assert 100 < length(cut) < 140
    assert text.startswith(cut.removesuffix("…"))


def test_c01_the_words_before_a_negation_are_kept_as_far_as_there_is_room() -> None:
    text = "Standard dose of CYP2D6 *4 carriers is fine but do not add any other inhibitor"
    # The gene alone would fit at 43; without its allele it is not kept.
    for limit in (43, 44, 45):
        assert shorten(text, limit) == "Standard dose of… not add any other…"
    assert shorten(text, 46) == "Standard dose of CYP2D6 *4… not add any other…"


@pytest.mark.parametrize("word", sorted(NEGATIONS))
def test_c01_no_word_that_turns_a_sentence_into_its_opposite_is_ever_cut_off(word: str) -> None:
    for written in (word, word.upper(), f"({word},"):
        cut = shorten("Clopidogrel " + "as in the label " * 12 + f"{written} give it here at all")
        assert f"{written} give it here" in cut
        assert length(cut) < 140
