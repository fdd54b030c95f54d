"""The worked patient of `pmcds demo`."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
# In an installed wheel the patient stands in the package, in a checkout among the examples.
_INSTALLED = _PACKAGE / "demo.json"
_EXAMPLES = _PACKAGE.parents[1] / "examples" / "bundles"


def worked_patient() -> tuple[str, bytes]:
    """The name of the file to show, and its bytes."""
    if _INSTALLED.is_file():
        return "the bundled example", _INSTALLED.read_bytes()
    file = next(_EXAMPLES.glob("*-poor.json"))
    return f"examples/bundles/{file.name}", file.read_bytes()
