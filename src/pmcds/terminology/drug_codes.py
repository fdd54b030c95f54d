"""Drug codes: from any code of a listed system to ingredients and dose form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pmcds.terminology.tables import Table
from pmcds.terminology.text import strings
from pmcds.terminology.values import DrugTerm

UNKNOWN_PART = "?"
_CODED = ("rxnorm", "atc", "unii", "snomed", "ncit")
_NDC_DASHED = re.compile(r"(\d{4,5})-(\d{3,4})(?:-(\d{1,2}))?")
_ATC = re.compile(r"[A-Z]\d\d[A-Z]{2}\d\d")


class Ingredients(NamedTuple):
    """Ingredients of a product: names, how many parts no table knows, and the words of its dose form."""

    names: tuple[str, ...]
    unmapped: int = 0
    form: str = ""


class DrugCodes:
    """Drugs by code, and the drugs themselves."""

    __slots__ = ("_by_code", "_combinations", "_ema", "_ndc", "_products", "_same", "drugs")

    def __init__(self, documents: Mapping[str, Any]) -> None:
        more: Mapping[str, Any] = documents.get("drugs_more") or {}
        self._products = Table.of(documents.get("rxnorm_products"))
        self._ndc = Table.of(documents.get("ndc"))
        self._ema = Table.of(documents.get("ema"))
        self._by_code: dict[str, dict[str, tuple[str, ...]]] = {system: {} for system in _CODED}
        self._same: dict[str, str] = {}
        self.drugs: dict[str, dict[str, tuple[str, ...]]] = {}
        for name, others in (more.get("same") or {}).items():
            self._same.update(dict.fromkeys(strings(others), name))
        for name, codes in self._listed(documents, more):
            self._add(self.canonical(name), codes)
        for code, parts in (more.get("atc_combinations") or {}).items():
            self._by_code["atc"][code] = strings(parts)
        for code, parts in (more.get("products") or {}).items():
            self._by_code["rxnorm"].setdefault(code, strings(parts))
        self._combinations = {
            name: tuple(self.canonical(part) for part in strings(entry["parts"]))
            for name, entry in (more.get("combinations") or {}).items()
        }
        for name, entry in (more.get("combinations") or {}).items():
            for code in strings(entry.get("rxnorm")):
                self._by_code["rxnorm"][code] = self._combinations[name]

    @staticmethod
    def _listed(
        documents: Mapping[str, Any], more: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
        table = Table.of(documents.get("drugs"))
        for name, rxnorm, atc, ncit in table.select("name", "rxnorm", "atc", "ncit"):
            yield name, {"rxnorm": tuple(rxnorm.split()), "atc": tuple(atc.split()), "ncit": tuple(ncit.split())}
        for name, entry in (more.get("drugs") or {}).items():
            yield name, {system: strings(entry.get(system)) for system in _CODED}

    def _add(self, name: str, codes: Mapping[str, tuple[str, ...]]) -> None:
        own = self.drugs.setdefault(name, {})
        for system, listed in codes.items():
            own[system] = tuple(dict.fromkeys((*own.get(system, ()), *listed)))
            for code in listed:
                others = self._by_code[system].get(code, ()) if system == "atc" else ()
                self._by_code[system][code] = tuple(sorted({*others, name}))

    def canonical(self, name: str) -> str:
        """The one name of a drug that the sources list under several."""
        return self._same.get(name, name)

    def stated(self, cell: str, form: str = "") -> Ingredients:
        """Ingredients as a table states them: "a+b+?"."""
        return self._of(cell.split("+") if cell else (), form)

    def _of(self, parts: Iterable[str], form: str = "") -> Ingredients:
        names = sorted({self.canonical(part) for part in parts if part != UNKNOWN_PART})
        return Ingredients(tuple(names), sum(part == UNKNOWN_PART for part in parts), form)

    def lookup(self, system: str | None, code: str) -> Ingredients | None:
        """The ingredients of a code of a folded system, or None if no table has it."""
        if system == "rxnorm":
            return self._rxnorm(code)
        if system == "ndc":
            return self._of_ndc(code)
        if system == "ema":
            row = self._ema.find(code.upper())
            return self.stated(*self._ema.cells(row, "ingredients", "form")) if row else None
        if system not in self._by_code:
            return None
        if system == "atc":
            code = code.upper()
            if _ATC.fullmatch(code) is None:
                return None
        found = self._by_code[system].get(code)
        return self._of(found) if found else None

    def has_product(self, name: str) -> bool:
        """True if the product table names the drug."""
        return any(
            name in {self.canonical(part) for part in cell.split("+")}
            for (cell,) in self._products.select("ingredients")
        )

    def _rxnorm(self, code: str) -> Ingredients | None:
        found = self._by_code["rxnorm"].get(code)
        if found:
            return self._of(found)
        row = self._products.find(code)
        return self.stated(*self._products.cells(row, "ingredients", "form")) if row else None

    def _of_ndc(self, code: str) -> Ingredients | None:
        """A ten-digit code without dashes counts only if every way to read it means the same ingredients."""
        found = [product for key in ndc_keys(code) if (product := self._ndc_product(key)) is not None]
        return found[0] if found and len({(product.names, product.unmapped) for product in found}) == 1 else None

    def _ndc_product(self, key: str) -> Ingredients | None:
        row = self._ndc.find(key) or (self._ndc.find(key[:9]) if len(key) > 9 else None)
        if row is None:
            return None
        product, ingredients, form = self._ndc.cells(row, "product", "ingredients", "form")
        return self._rxnorm(product) if product else self.stated(ingredients, form)

    def term(self, name: str, address: Any, synonyms: tuple[str, ...]) -> DrugTerm | None:
        """The drug or combination of a canonical name; `address` turns a short system name into an address."""
        if name in self._combinations:
            return DrugTerm(name, (), synonyms, self._combinations[name])
        own = self.drugs.get(name)
        if own is None:
            return None
        codes = [(address("rxnorm"), code, name) for code in own.get("rxnorm", ())[:1]]
        codes += [(address(system), code, name) for system in _CODED[1:] for code in own.get(system, ())]
        return DrugTerm(name, tuple(codes), synonyms)

    def combinations(self, names: Iterable[str]) -> tuple[str, ...]:
        """Names of the listed combinations whose ingredients are all among `names`."""
        present = set(names)
        return tuple(sorted(name for name, parts in self._combinations.items() if present.issuperset(parts)))

    @property
    def combination_parts(self) -> Mapping[str, tuple[str, ...]]:
        """Listed combinations and their ingredients."""
        return self._combinations


def ndc_keys(code: str) -> tuple[str, ...]:
    """The eleven-digit forms (nine for a product code) that an NDC as sent can mean."""
    dashed = _NDC_DASHED.fullmatch(code)
    if dashed is not None:
        labeler, product, package = dashed.groups()
        return (labeler.zfill(5) + product.zfill(4) + (package.zfill(2) if package else ""),)
    if not (code.isascii() and code.isdigit()):
        return ()
    if len(code) == 11:
        return (code,)
    if len(code) == 10:
        return ("0" + code, code[:5] + "0" + code[5:], code[:9] + "0" + code[9:])
    return ()
