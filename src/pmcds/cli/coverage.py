"""What is covered: drugs by genes by sources, as a picture in a page and as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from pmcds.cli.output import clean
from pmcds.cli.page import document
from pmcds.model.answers import CLOSED_WORLD

if TYPE_CHECKING:
    from pmcds.model.rules import Rule

# One color for each source, told apart by its letter as well.
_COLORS = ("#2458a6", "#b5541c", "#2f7d4f", "#6b4ea0", "#7a6a00", "#8a2d5a", "#3f5b66")

Cell = Sequence["Rule"]


def asks(rule: Rule) -> str:
    """What a rule asks for besides conditions and demographics, which any rule may use."""
    return ", ".join(dict.fromkeys(genes(rule)))


def genes(rule: Rule) -> list[str]:
    """Genes, alleles and measurements of a rule, without the table that they are read by."""
    return [subject.shown for subject in rule.subjects if subject.kind not in CLOSED_WORLD]


def row(drug: str, rule: Rule) -> dict[str, str]:
    """One rule of one drug: its source, version and the date of what it rests on."""
    dates = sorted({item.date for item in rule.evidence.values()})
    return {
        "drug": drug,
        "source": rule.source,
        "asks": asks(rule),
        "status": rule.status,
        "version": str(rule.version),
        "evidence": dates[-1] if dates else "",
        "rule": rule.id,
    }


def matrix(by_drug: Mapping[str, Iterable[Rule]]) -> tuple[list[str], dict[str, dict[str, list[Rule]]]]:
    """(columns, drug: column: rules); an allele stands in the column of its gene."""
    cells: dict[str, dict[str, list[Rule]]] = {}
    for drug, rules in by_drug.items():
        own = cells.setdefault(drug, {})
        for rule in rules:
            for name in dict.fromkeys(_column(name) for name in genes(rule)):
                own.setdefault(name, []).append(rule)
    columns = sorted({name for own in cells.values() for name in own})
    return columns, cells


def _column(name: str) -> str:
    return name.partition("*")[0].partition(" ")[0] if "*" in name or " rs" in name else name


def coverage_page(by_drug: Mapping[str, Sequence[Rule]], snapshot: str) -> str:
    """The picture: a square for each source that has a rule, filled if active, framed if a draft."""
    columns, cells = matrix(by_drug)
    sources = sorted({rule.source for rules in by_drug.values() for rule in rules})
    colors = {source: _COLORS[place % len(_COLORS)] for place, source in enumerate(sources)}
    legend = "".join(f"{_square(source, colors[source], True, '')} {_text(source)} &nbsp; " for source in sources)
    top = "".join(f'<th scope="col" class="up"><span>{_text(name)}</span></th>' for name in columns)
    body = "".join(_line(drug, cells[drug], columns, colors) for drug in sorted(cells))
    counts = ", ".join(
        f"{_text(source)} {sum(any(r.source == source for r in rules) for rules in by_drug.values())}"
        for source in sources
    )
    picture = (
        f"<h1>Coverage</h1><p>{legend}</p><p>Drugs by source: {counts}. A filled square is an active rule, a frame a "
        f"draft.</p><table class='matrix'><thead><tr><th>drug</th>{top}</tr></thead><tbody>{body}</tbody></table>"
        f"<footer><p>Knowledge {_text(snapshot)}</p></footer>"
    )
    style = (
        "<style>body{max-width:none}.matrix{width:auto}"
        ".matrix td{text-align:center;white-space:nowrap;padding:.1rem .25rem}"
        ".matrix th{font-weight:600;white-space:nowrap;overflow-wrap:normal}"
        ".up{vertical-align:bottom}.up span{writing-mode:vertical-rl;transform:rotate(180deg)}</style>"
    )
    return document("Coverage", style + picture)


def _line(drug: str, own: Mapping[str, Sequence[Rule]], columns: Sequence[str], colors: Mapping[str, str]) -> str:
    squares = "".join(f"<td>{''.join(_of(rule, colors) for rule in own.get(name, ()))}</td>" for name in columns)
    return f'<tr><th scope="row">{_text(drug)}</th>{squares}</tr>'


def _of(rule: Rule, colors: Mapping[str, str]) -> str:
    told = row("", rule)
    title = f"{rule.id}, version {rule.version}, {rule.status}, evidence of {told['evidence']}"
    return _square(rule.source, colors[rule.source], rule.status == "active", title)


def _square(source: str, color: str, filled: bool, title: str) -> str:
    paint = f"background:{color};color:#fff" if filled else f"color:{color}"
    named = f' title="{_text(title)}"' if title else ""
    return (
        f'<span{named} style="display:inline-block;width:1.1em;text-align:center;font-size:.8rem;'
        f'border:1px solid {color};{paint}">{_text(source[:1].upper())}</span>'
    )


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
