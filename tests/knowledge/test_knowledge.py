"""Knowledge is a value: layers, digest, pickle, compiled cards."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from pmcds.errors import KnowledgeError
from pmcds.knowledge import Knowledge
from pmcds.knowledge.files import collect
from pmcds.knowledge.pack import Documents, pack, snapshot, unpack
from tests.knowledge.cards import RULE, RULE_TEXT, TEST, TEST_TEXT, with_rule, write


def knowledge(folder: Path, changes: dict[str, str | None] | None = None) -> Knowledge:
    return Knowledge.from_path(write(folder, changes))


def documents(folder: Path) -> dict[str, Any]:
    return collect(write(folder)).documents()


def test_rules_are_found_by_their_drug(tmp_path: Path) -> None:
    found = knowledge(tmp_path)
    assert [rule.id for rule in found.rules_for("drugone")] == ["family/drugone/src"]
    assert found.rules_for("drugtwo") == ()
    assert found.rules_for("drugone")[0] is found.rules[0]
    assert found.drugs == {"drugone"}
    assert found.patient_rules == ()
    assert set(found.genes) == {"GENEA", "GENEB", "HLX-B"}
    assert found.tests["family/drugone/src"]["tests"][0]["name"] == "a poor metabolizer is told"


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_only_active_rules_speak(tmp_path: Path, status: str) -> None:
    found = knowledge(tmp_path, {**with_rule(("status: active", f"status: {status}"))})
    assert found.rules == found.rules_for("drugone") == ()
    assert [rule.id for rule in found.inactive] == ["family/drugone/src"]
    assert found.heads[0].status == status
    tried = found.with_drafts()
    assert len(tried.rules) == (1 if status == "draft" else 0)


def test_a_rule_without_a_drug_is_about_the_patient(tmp_path: Path) -> None:
    found = knowledge(tmp_path, {**with_rule(("drug: drugone, ", ""))})
    assert [rule.id for rule in found.patient_rules] == ["family/drugone/src"]


def test_a_later_layer_overrides_a_rule_and_says_so(tmp_path: Path) -> None:
    first = knowledge(tmp_path / "a")
    second = knowledge(tmp_path / "b", {**with_rule(("version: 1", "version: 2"))})
    both = first + second
    assert [rule.version for rule in both.rules] == [2]
    assert both.overrides == ("family/drugone/src",)
    assert first.overrides == ()
    assert both.snapshot not in (first.snapshot, second.snapshot)
    assert [rule.version for rule in (second + first).rules] == [1]


def test_a_site_can_switch_a_rule_off(tmp_path: Path) -> None:
    off = with_rule(("status: active", "status: retired"))
    own = dict.fromkeys(("genes/GENEA.yaml", "genes/GENEB.yaml", "genes/HLX-B.yaml"))
    both = knowledge(tmp_path / "a") + knowledge(tmp_path / "b", {**own, **off})
    assert both.rules == ()
    assert both.overrides == ("family/drugone/src",)


def test_a_folder_of_own_rules_uses_the_genes_and_terms_below_it(tmp_path: Path) -> None:
    base = knowledge(tmp_path / "a", {RULE: None, TEST: None})
    folder = tmp_path / "b"
    (folder / "family/drugone").mkdir(parents=True)
    (folder / RULE).write_text(RULE_TEXT)
    own = Knowledge.from_path(folder)
    assert len((base + own).rules) == 1
    with pytest.raises(KnowledgeError, match="gene GENEA is not known"):
        own.rules  # noqa: B018


def test_a_folder_that_cannot_be_read_tells_every_problem(tmp_path: Path) -> None:
    changes = {RULE: RULE_TEXT.replace("version: 1", "version: x"), TEST: "rule: *2\n", "family/note.docx": ""}
    with pytest.raises(KnowledgeError) as caught:
        knowledge(tmp_path, {**changes})
    files = {problem.file.removeprefix(f"{tmp_path}/") for problem in caught.value.problems}
    assert files == {RULE, TEST, "family/note.docx"}
    with pytest.raises(KnowledgeError, match="no such directory"):
        Knowledge.from_path(tmp_path / "nowhere")


def test_documents_rebuild_the_same_knowledge(tmp_path: Path) -> None:
    first = knowledge(tmp_path / "a") + knowledge(tmp_path / "b")
    again = Knowledge.from_docs(*first.documents())
    assert again.snapshot == first.snapshot
    assert [rule.id for rule in again.rules] == [rule.id for rule in first.rules]
    assert again.rules[0].populations[0].cases[0].card == first.rules[0].populations[0].cases[0].card


def test_knowledge_can_be_pickled(tmp_path: Path) -> None:
    first = knowledge(tmp_path)
    packed = Knowledge((unpack(pack(documents(tmp_path), "1")),))
    for one in (first, packed, first + packed):
        again = pickle.loads(pickle.dumps(one))
        assert again.snapshot == one.snapshot
        assert again.rules[0].populations[0].cases[0].test(("poor metabolizer",))


def test_the_digest_holds_what_decides_and_not_the_tests(tmp_path: Path) -> None:
    first = knowledge(tmp_path / "a").snapshot
    assert first == knowledge(tmp_path / "b", {TEST: TEST_TEXT.replace("is told", "is alerted")}).snapshot
    assert first != knowledge(tmp_path / "c", {**with_rule(("standard dose", "usual dose"))}).snapshot
    assert first != knowledge(tmp_path / "d", {"terms/drugs.tsv": "name\tkind\ndrugone\tpgx\ndrugtwo\tpgx\n"}).snapshot
    layer = Documents.of(documents(tmp_path / "e"))
    assert snapshot((layer,), "1") != snapshot((layer,), "2")
    assert len(first) == 64


def test_the_digest_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    found = documents(tmp_path)
    turned = {path: found[path] for path in reversed(found)}
    assert Knowledge.from_docs(found).snapshot == Knowledge.from_docs(turned).snapshot


def test_advice_keeps_the_order_of_the_author(tmp_path: Path) -> None:
    """Cards list parameters and evidence in this order, so the digest holds it, too."""
    one, other = (
        knowledge(tmp_path / name, {**with_rule(("by_percent: {from: 25, to: 50}", text))})
        for name, text in (("a", "dose: x, at_most: y"), ("b", "at_most: y, dose: x"))
    )
    for made, order in ((one, ["dose", "at_most"]), (other, ["at_most", "dose"])):
        for again in (made, Knowledge((unpack(pack(made.documents()[0], "1")),))):
            card = again.rules[0].populations[0].cases[1].card
            assert card is not None
            assert list(card.advice[0].parameters) == order
    assert one.snapshot != other.snapshot


def test_compiled_cards_hold_the_same_as_the_files(tmp_path: Path) -> None:
    found = documents(tmp_path)
    packed = Knowledge((unpack(pack(found, "0.1.0")),))
    given = Knowledge.from_docs(found)
    assert packed.documents() == given.documents()
    assert packed.heads == given.heads
    assert packed.snapshot == given.snapshot == knowledge(tmp_path).snapshot
    assert [repr(case.card) for case in packed.rules[0].populations[0].cases] == [
        repr(case.card) for case in given.rules[0].populations[0].cases
    ]


def test_compiled_cards_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    found = documents(tmp_path)
    assert pack(found, "1") == pack({path: found[path] for path in reversed(found)}, "1")


def test_every_changed_cut_or_added_byte_is_noticed(tmp_path: Path) -> None:
    data = pack(documents(tmp_path), "1")
    for place in range(0, len(data), 7):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(KnowledgeError, match="changed or cut"):
            unpack(bytes(changed))
    for other in (data[:-1], data + b" ", b"", data[200:]):
        with pytest.raises(KnowledgeError, match="changed or cut"):
            unpack(other)


def test_numbers_given_as_floats_are_exact(tmp_path: Path) -> None:
    found = documents(tmp_path)
    found[RULE]["cases"][1]["card"]["advice"]["by_percent"] = 12.5
    advice = Knowledge.from_docs(found).rules[0].populations[0].cases[1].card
    assert advice is not None
    assert str(advice.advice[0].parameters["by_percent"]) == "12.5"


def test_documents_handed_in_are_not_shared(tmp_path: Path) -> None:
    found = documents(tmp_path)
    made = Knowledge.from_docs(found)
    found[RULE]["title"] = "changed"
    assert made.rules[0].title == "Drug one and gene A"


def test_only_knowledge_can_be_added(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        knowledge(tmp_path) + {}
    assert "1 rules" in repr(knowledge(tmp_path))


def test_phrases_of_two_layers_are_joined() -> None:
    first = {
        "phrases/en.yaml": {"language": "en", "labels": {"a": "1", "b": "2"}},
        "pack.yaml": {"name": "x", "by": "y"},
    }
    second = {"phrases/en.yaml": {"language": "en", "labels": {"b": "3"}}, "pack.yaml": {"name": "z"}}
    both = Knowledge.from_docs(first) + Knowledge.from_docs(second)
    assert both.phrases["en"]["labels"] == {"a": "1", "b": "3"}
    assert dict(both.pack) == {"name": "z", "by": "y"}
