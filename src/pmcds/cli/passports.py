"""The passport on the screen and as a page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pmcds.cli.output import Screen, clean
from pmcds.cli.page import document

if TYPE_CHECKING:
    from pmcds.passport import Entry, Passport


def _meaning(entry: Entry) -> str:
    told = [*entry.values.values()]
    if entry.problem:
        told.append(f"open: {entry.problem.replace('-', ' ')}")
    return ", ".join(told)


def show_passport(shown: Screen, passport: Passport) -> None:
    """Genes as a table, then the drugs that each matters for."""
    shown.line(f"Made {passport.made}. Knowledge {passport.snapshot}.")
    rows = [(e.gene, e.alleles or "", _meaning(e), e.date or "", e.table or "as reported") for e in passport.entries]
    shown.table(("gene", "alleles", "means", "result of", "table"), rows)
    for entry in passport.entries:
        if entry.drugs:
            shown.heading(entry.gene)
            for matter in entry.drugs:
                shown.point(f"{matter.drug}: {matter.summary}")
    if not passport.entries:
        shown.line("No result of a gene that guidelines ask for.")


def passport_page(passport: Passport) -> str:
    """The passport as one self-contained page."""
    body = "".join(_article(entry) for entry in passport.entries) or "<p>No result of a gene.</p>"
    foot = (
        f"<footer><p>Made {_text(passport.made)}. Knowledge {_text(passport.snapshot)}. For health care professionals, "
    )
    foot += "from reported results; does not replace clinical judgment.</p></footer>"
    return document("Passport", f"<h1>Passport</h1>{body}{foot}")


def _article(entry: Entry) -> str:
    facts = [("Alleles", entry.alleles), ("Means", _meaning(entry)), ("Table", entry.table), ("Result of", entry.date)]
    facts += [("Laboratory", entry.laboratory), ("Read at", ", ".join(entry.resources))]
    rows = "".join(f"<tr><th>{name}</th><td>{_text(value)}</td></tr>" for name, value in facts if value)
    drugs = "".join(f"<li><b>{_text(m.drug)}</b> ({_text(m.indicator)}): {_text(m.summary)}</li>" for m in entry.drugs)
    silent = f"<p>No change: {_text(', '.join(entry.silent))}</p>" if entry.silent else ""
    matters = f"<h3>Matters for</h3><ul>{drugs}</ul>" if drugs else ""
    return f'<article class="info"><h2>{_text(entry.gene)}</h2><table>{rows}</table>{matters}{silent}</article>'


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
