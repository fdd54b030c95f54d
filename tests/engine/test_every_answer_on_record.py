"""No answer to a question of a rule is told, counted or drawn as a card in another way than is on record.

Where a change of rules or code is meant to move one: `scripts/record --rules`, and read the difference
that git shows.
"""

from __future__ import annotations

import difflib

from pmcds.model import words
from tests.engine.every_answer import FILE, LETTERS, changes, every_drug, lines, outcomes_of

MEND = "If every moved line is meant, run scripts/record --rules and read the difference before you keep it."


def _moved(before: str, now: str) -> str:
    """The answers of one question that moved."""
    kept, found = before.split(" | "), now.split(" | ")
    return f"{before.partition(':')[0]}: {[one for one in kept if one not in found]} now {set(found) - set(kept)}"


def test_no_answer_to_a_question_of_a_rule_has_other_consequences_than_before() -> None:
    kept, found = FILE.read_text(encoding="utf-8").splitlines(), list(lines())
    pairs = [_moved(*pair) for pair in zip(kept, found, strict=False) if pair[0] != pair[1]]
    if len(kept) != len(found):
        pairs = list(difflib.unified_diff(kept, found, "on record", "now", n=0, lineterm=""))
    assert not pairs, "\n".join([*pairs[:30], MEND])


def test_the_record_holds_every_rule_and_every_way_in_which_a_line_can_end() -> None:
    ends = dict.fromkeys(LETTERS, 0)
    seen = set()
    for asked in every_drug():
        for _, answers in changes(asked):
            outcomes = outcomes_of(asked, answers)
            for one in outcomes:
                ends[one.outcome] += 1
                seen |= {one.rule}
                assert one.reason != "internal-error", (asked.name, one)
    assert all(ends[word] > 100 for word in (words.ALERT, words.CLEAR, words.CANNOT_TELL, words.NOT_COVERED)), ends
    assert seen == {rule for asked in every_drug() for rule in asked.rules}
