"""What is said of two things in one record is what it was, for any two of a scene and in both orders.

Where a change of the product is meant to move an answer: `scripts/record --pairs`, and read what git shows.
"""

from __future__ import annotations

import difflib

import pytest

from tests.together.pairs import FOLDER, all_scenes, file_of, record
from tests.together.scenes import Scene

MEND = "If every moved answer is meant, run scripts/record --pairs and read its difference before you keep it."


@pytest.mark.parametrize("scene", all_scenes(), ids=lambda scene: scene.name)
def test_no_two_things_together_say_anything_else_than_before(scene: Scene) -> None:
    kept = file_of(scene).read_text(encoding="utf-8").splitlines()
    moved = list(difflib.unified_diff(kept, record(scene).splitlines(), "on record", "now", n=0, lineterm=""))
    assert not moved, "\n".join([*[line[:300] for line in moved[:40]], MEND])


def test_every_record_is_of_a_scene() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == {file_of(scene).name for scene in all_scenes()}


def test_the_scenes_hold_every_outcome() -> None:
    text = "".join(file_of(scene).read_text(encoding="utf-8") for scene in all_scenes())
    assert all(word in text for word in ("ALERT", "CLEAR", "CANNOT-TELL", "refused", "superseded-by", "duplicate-of"))
