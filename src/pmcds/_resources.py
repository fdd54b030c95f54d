"""The only place that knows where the files that are not Python stand: cards and schemas.

They are looked for in the package first (an installed wheel, also inside a zip), then in the checkout around `src`.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]
PACKED = "cards.json"


def _places() -> tuple[Path, ...]:
    # Only a checkout counts as one: what lies around site-packages is not ours.
    if _PACKAGE.parent.name == "src" and (_CHECKOUT / "pyproject.toml").is_file():
        return (_PACKAGE, _CHECKOUT)
    return (_PACKAGE,)


def _data(path: Path) -> bytes | None:
    """The bytes of a file in a directory or in the zip that the package was imported from, or None."""
    if path.is_file():
        return path.read_bytes()
    get_data = getattr(getattr(__spec__, "loader", None), "get_data", None)
    if get_data is None or _PACKAGE.is_dir():
        return None
    try:
        data: bytes = get_data(str(path))
    except OSError:
        return None
    return data


def packed_cards() -> bytes | None:
    """The compiled cards of an installed wheel, or None in a checkout."""
    return _data(_PACKAGE / PACKED)


def cards_directory() -> Path | None:
    """The directory of the card files, or None where only the compiled cards are there (a zip)."""
    return next((place / "cards" for place in _places() if (place / "cards").is_dir()), None)


def schemas_directory() -> Path | None:
    """The directory of the JSON Schemas, or None inside a zip; `schema` works there too."""
    return next((place / "schemas" for place in _places() if (place / "schemas").is_dir()), None)


def schema(name: str) -> bytes:
    """The bytes of the JSON Schema `name` ("rule", "gene", ...); FileNotFoundError if there is none."""
    for place in _places():
        data = _data(place / "schemas" / f"{name}.schema.json")
        if data is not None:
            return data
    raise FileNotFoundError(f"no schema named {name}")
