"""Strict YAML: nothing of a clinical file changes its meaning on the way in."""

from __future__ import annotations

import sys

import pytest

from pmcds.errors import Problem
from pmcds.knowledge.yaml import MAX_BYTES, MAX_DEPTH, read_yaml


def refused(text: str | bytes) -> list[tuple[int, int, str, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    source, problems = read_yaml(data, "x.yaml")
    assert source is None
    return [(problem.line, problem.column, problem.message, problem.mend) for problem in problems]


def value(text: str) -> object:
    source, problems = read_yaml(text.encode(), "x.yaml")
    assert problems == ()
    assert source is not None
    return source.value


def test_every_scalar_stays_text() -> None:
    text = 'a: 57:01\nb: no\nc: 1.10\nd: 012\ne: 2026-01-31\nf: "*2"\ng: [1:30, true, "~"]\nHLA-B*57:01: on\n'
    assert value(text) == {
        "a": "57:01",
        "b": "no",
        "c": "1.10",
        "d": "012",
        "e": "2026-01-31",
        "f": "*2",
        "g": ["1:30", "true", "~"],
        "HLA-B*57:01": "on",
    }


def test_an_unquoted_star_allele_is_named_with_its_mend() -> None:
    assert refused("patient:\n  diplotype: {GENE: *2}\n") == [
        (2, 21, "*2 is read as a YAML alias", 'quote star alleles: "*2", "*1/*2"')
    ]


@pytest.mark.parametrize("text", ["a: *1/*2\n", "a: [*1/*2]\n", "a: *57:01\n", "a: {*2: b}\n", "- *3A\n"])
def test_every_unquoted_star_allele_gets_the_mend(text: str) -> None:
    (first, *_) = refused(text)
    assert first[3] == 'quote star alleles: "*2", "*1/*2"'
    assert first[:2] == (1, text.index("*") + 1)


def test_a_duplicate_key_is_named_with_the_first_line() -> None:
    assert refused("a: b\nc: d\na: e\n") == [(3, 1, "a stands twice, first in line 1", "keep one of the two")]


def test_the_same_key_in_two_mappings_is_no_duplicate() -> None:
    assert value("a: {x: b}\nc: {x: d}\n") == {"a": {"x": "b"}, "c": {"x": "d"}}


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: &x b\n", 1, 4, "anchor &x"),
        ("a: !!int b\n", 1, 4, "tag tag:yaml.org,2002:int"),
        ("a: ! b\n", 1, 4, "tag !"),
        ("a:\n  <<: {b: c}\n", 2, 3, "a merge key"),
        ("? [a, b]\n: c\n", 1, 3, "a key that is not text"),
        ("? {a: b}\n: c\n", 1, 3, "a key that is not text"),
        ("~: b\n", 1, 1, "a key that is not text"),
        ("a:\nb: c\n", 1, 3, "no value for a"),
        ("a: null\n", 1, 4, "no value for a"),
        ("a: [b, ~]\n", 1, 8, "no value for this place"),
        ("%YAML 1.2\n---\na: b\n", 1, 1, "a YAML directive"),
        ("a: b\n---\nc: d\n", 2, 1, "a second document"),
        ("", 1, 1, "the file is empty"),
        ("# nothing\n", 1, 1, "the file is empty"),
        ("a: b\u200bc\n", 1, 5, "invisible character U+200B"),
        ("a: b\u202ec\n", 1, 5, "invisible character U+202E"),
        ("a: \x01\n", 1, 4, "invisible character U+0001"),
    ],
)
def test_what_yaml_does_silently_is_refused(text: str, line: int, column: int, message: str) -> None:
    (first, *_) = refused(text)
    assert first[:3] == (line, column, message)
    assert first[3]


def test_all_errors_of_a_file_come_at_once() -> None:
    messages = [message for _, _, message, _ in refused("a: *2\na: &y b\nc: !z d\n")]
    assert messages == ["*2 is read as a YAML alias", "a stands twice, first in line 1", "anchor &y", "tag !z"]


def test_a_syntax_error_stands_alone() -> None:
    found = refused("a: &x b\nc: [d\ne: f\n")
    assert len(found) == 1
    assert found[0][2].startswith("cannot be read as YAML")


def test_an_open_quote_is_told_where_it_begins() -> None:
    assert refused('a: b\nc: "d\ne: f\n')[0][:2] == (2, 4)


def test_a_tab_is_told_with_its_mend() -> None:
    assert refused("a:\n\tb: c\n")[0][3] == "indent with blanks, not with tabs"


def test_a_text_with_a_comma_in_braces_is_told() -> None:
    (found,) = refused("a: {by: one, not two}\n")
    assert found[2] == "no value for not two"
    assert "quote a text that holds a comma" in found[3]


def test_an_alias_bomb_is_refused_at_once() -> None:
    text = "a: &a [x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(9)
    )
    assert any("alias" in message for _, _, message, _ in refused(text))


@pytest.mark.parametrize("count", [MAX_DEPTH + 1, 3_000, 100_000])
def test_deep_nesting_is_refused_without_recursion(count: int) -> None:
    (found,) = refused("a: " + "[" * count + "]" * count)
    assert "nest" in found[2]
    assert found[3] == "split the document"


def test_the_deepest_allowed_nesting_is_read() -> None:
    assert value("[" * MAX_DEPTH + "x" + "]" * MAX_DEPTH)


def test_a_file_that_is_too_large_or_not_utf8_is_refused() -> None:
    assert refused(b"a: " + b"x" * MAX_BYTES)[0][2] == "larger than 256 KiB"
    assert refused(b"a: b\nc: \xff\n")[0][:3] == (2, 4, "not UTF-8")


def test_places_of_keys_and_values_are_kept() -> None:
    source, _ = read_yaml(b"a:\n  - b: c\n    d: {e: f}\n", "x.yaml")
    assert source is not None
    assert source.key(("a", 0, "d")) == (3, 5)
    assert source.at(("a", 0, "d", "e")) == (3, 12)
    assert source.at(("a", 0, "d", "missing")) == (3, 8)
    assert source.problem(("a",), "m", key=True) == Problem("x.yaml", 1, 1, "m")


def test_it_reads_the_same_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    texts = ["a: *2\n", "a: {b: *1/*2}\n", "a: [b, c]\nd: {e: f}\n", "a:\nb: &x c\n", "a: b\na: c\n"]
    with_library = [read_yaml(text.encode(), "x") for text in texts]
    monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    for text, expected in zip(texts, with_library, strict=True):
        source, problems = read_yaml(text.encode(), "x")
        assert (source.value if source else None) == (expected[0].value if expected[0] else None)
        assert [(p.line, p.column, p.mend) for p in problems] == [(p.line, p.column, p.mend) for p in expected[1]]


def test_the_parser_is_imported_only_when_a_file_is_read() -> None:
    import subprocess

    heavy = {"yaml", "jsonschema", "pydantic", "msgspec"}
    program = f"import sys, pmcds.knowledge, pmcds.knowledge.pack; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
