"""Cards and schemas are found in the package or the checkout, and the build needs a YAML parser only."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pmcds import _resources
from tests.knowledge.cards import RULE, write

ROOT = Path(__file__).resolve().parents[2]


def test_a_checkout_has_its_files_around_it() -> None:
    assert _resources.packed_cards() is None
    assert _resources.cards_directory() == ROOT / "cards"
    assert _resources.schemas_directory() == ROOT / "schemas"
    assert b"urn:pmcds:schema:rule" in _resources.schema("rule")
    with pytest.raises(FileNotFoundError):
        _resources.schema("nothing")


def test_the_package_is_looked_at_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pmcds" / "cards").mkdir(parents=True)
    (tmp_path / "pmcds" / "cards.json").write_bytes(b"x")
    monkeypatch.setattr(_resources, "_PACKAGE", tmp_path / "pmcds")
    assert _resources.packed_cards() == b"x"
    assert _resources.cards_directory() == tmp_path / "pmcds" / "cards"
    assert _resources.schemas_directory() is None


def test_what_lies_around_site_packages_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lib" / "pmcds").mkdir(parents=True)
    (tmp_path / "cards").mkdir()
    monkeypatch.setattr(_resources, "_PACKAGE", tmp_path / "lib" / "pmcds")
    monkeypatch.setattr(_resources, "_CHECKOUT", tmp_path)
    assert _resources.cards_directory() is None


def test_it_works_from_a_zip(tmp_path: Path) -> None:
    archive = tmp_path / "pmcds.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in (ROOT / "src" / "pmcds").rglob("*.py"):
            made.write(file, file.relative_to(ROOT / "src"))
        made.writestr("pmcds/cards.json", "packed")
        made.writestr("pmcds/schemas/rule.schema.json", "{}")
    program = (
        "from pmcds import _resources as r; print(r.packed_cards(), r.schema('rule'), r.cards_directory(), r.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(archive)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.startswith(f"b'packed' b'{{}}' None {archive}")


def test_the_build_needs_nothing_of_the_core(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    write(root / "cards")
    (root / "src").mkdir()
    (root / "src" / "pmcds").symlink_to(ROOT / "src" / "pmcds")
    program = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('pydantic', 'msgspec', 'jsonschema', 'fhir', 'requests'):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from hatch_build import compiled
sys.stdout.buffer.write(compiled(Path({str(root)!r})))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    from pmcds.knowledge.pack import unpack

    assert RULE in unpack(done.stdout).paths


def test_the_build_stops_at_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT))
    try:
        from hatch_build import compiled
    finally:
        sys.path.remove(str(ROOT))
    write(tmp_path / "cards", {RULE: "rule: *2\n"})
    with pytest.raises(SystemExit, match="quote star alleles"):
        compiled(tmp_path)
