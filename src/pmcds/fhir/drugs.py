"""The drug of an order or statement: by code, by reference, by ingredients, or by name (MI-1 to MI-26)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pmcds.fhir.asked import digest
from pmcds.fhir.site import Opened, ReadContext, Site
from pmcds.fhir.values import Coding, as_dict, as_dicts, as_list, clean, codings, label_of, reference_of, texts
from pmcds.model.findings import DrugMatch


class Drug(NamedTuple):
    """What the order says about its drug: the match, a problem of `words.ORDER_REASONS` or None, its own label."""

    match: DrugMatch
    problem: str | None = None
    label: str | None = None
    route: str | None = None
    sites: tuple[Site, ...] = ()


class _Named(NamedTuple):
    """Codings and words for one drug, the forms it comes in, and its ingredients if it has its own list."""

    codings: tuple[Coding, ...] = ()
    text: str | None = None
    forms: tuple[Any, ...] = ()
    ingredients: tuple[_Named, ...] = ()
    site: Site | None = None
    lost: bool = False

    @property
    def label(self) -> str | None:
        return self.text or next((clean(display) for _, _, display in self.codings if display), None)


def drug_of(site: Site, opened: Opened, context: ReadContext) -> Drug:
    """The drug of a medication resource; never an exception, never silence."""
    data = site.data or {}
    key = _seen_by(data, context)
    before: _Before | None = None if key is None else context.memory.get(key)
    if before is not None:
        concept = data["medicationCodeableConcept"]
        return Drug(before.match, before.problem, label_of(concept), before.route)
    drug = _read(data, site, opened, context)
    if key is not None and not drug.sites:
        context.memory.keep(key, _Before(drug.match, drug.problem, drug.route))
    return drug


class _Before(NamedTuple):
    """What the code and the routes of an order meant before; its own words are not kept."""

    match: DrugMatch
    problem: str | None
    route: str | None


# Members of an order by which its drug or route may be told in another way.
_OTHERWISE = frozenset({"medicationReference", "medication", "dosage", "renderedDosageInstruction"})


def _seen_by(data: Mapping[str, Any], context: ReadContext) -> bytes | None:
    """A digest of a drug that is told by a concept and its routes alone, or None where more has to be read."""
    concept, dosage = data.get("medicationCodeableConcept"), data.get("dosageInstruction", ())
    if not concept or not isinstance(dosage, (list, tuple)) or not _OTHERWISE.isdisjoint(data):
        return None
    routes = [member.get("route") if isinstance(member, dict) else None for member in dosage]
    return digest("order", concept, routes, context.policy.match_names)


def _read(data: Mapping[str, Any], site: Site, opened: Opened, context: ReadContext) -> Drug:
    named = _medication(data, site, opened)
    routes = _routes(data)
    if named is None:
        return Drug(DrugMatch(), "drug-missing", route=_words(routes))
    match = _known(named, routes, context)
    problem = None
    if not match.ingredients and not match.outside_tables:
        problem = "drug-unresolved" if named.lost else "drug-unrecognized"
    return Drug(match, problem, named.label, _words(routes), (named.site,) if named.site is not None else ())


def _known(named: _Named, routes: Sequence[Any], context: ReadContext) -> DrugMatch:
    """The match of a drug with its route; what was seen before is not looked up again."""
    if named.ingredients:
        return _looked_up(named, routes, context)
    stated = tuple((codings(form), texts(form)) for form in (*routes, None, *named.forms))
    key = digest("drug", named.codings, named.text, stated, context.policy.match_names)
    match: DrugMatch = context.memory.recall(key, lambda: _looked_up(named, routes, context))
    return match


def _looked_up(named: _Named, routes: Sequence[Any], context: ReadContext) -> DrugMatch:
    found = _match(named, context)
    if found.how == "name" and not context.policy.match_names:
        found = replace(found, ingredients=(), how=None)
    return _with_route(found, routes, named, context)


def _medication(data: Mapping[str, Any], site: Site, opened: Opened) -> _Named | None:
    """The first of concept, R5 CodeableReference and reference that says anything."""
    concept = data.get("medicationCodeableConcept")
    reference = data.get("medicationReference")
    both = data.get("medication")
    if isinstance(both, dict) and ("concept" in both or "reference" in both):
        concept = concept or both.get("concept")
        reference = reference or (both if isinstance(both.get("reference"), str) else both.get("reference"))
    elif both is not None:
        concept = concept or both
    named = _concept(concept)
    if named is not None:
        return named
    return _reference(reference, site, opened) if reference else None


def _concept(value: Any) -> _Named | None:
    found, text = codings(value), texts(value)
    return _Named(found, text) if found or text else None


def _reference(value: Any, site: Site, opened: Opened) -> _Named | None:
    reference = reference_of(value)
    display = as_dict(value).get("display") if isinstance(value, (dict, list)) else None
    text = clean(display) if isinstance(display, str) else None
    target = opened.resolve(reference, site) if reference else None
    if target is None or target is site or target.data is None:
        return _Named((), text, lost=True) if reference or text else None
    found = _resource(target, opened, ())
    return found if found.codings or found.text or found.ingredients else found._replace(text=text)


def _resource(site: Site, opened: Opened, seen: tuple[Site, ...]) -> _Named:
    """A Medication or Substance: its code, its form, and its ingredients (R4, R5, STU3, DSTU2 `product`)."""
    data = site.data or {}
    product = as_dict(data.get("product"))
    parts = []
    for member in (*as_dicts(data.get("ingredient")), *as_dicts(product.get("ingredient"))):
        if member.get("isActive") is False:
            continue
        item = next(
            (
                member[name]
                for name in ("itemCodeableConcept", "itemReference", "item", "substance")
                if member.get(name)
            ),
            None,
        )
        part = _concept(item)
        if part is None and (reference := reference_of(item)):
            target = opened.resolve(reference, site)
            if target is not None and target is not site and target not in seen and len(seen) < 8:
                part = _resource(target, opened, (*seen, site))
            else:
                part = _Named((), clean(as_dict(item).get("display")) if isinstance(item, dict) else None, lost=True)
        if part is not None:
            parts.append(part)
    forms = tuple(form for form in (data.get("form"), data.get("doseForm"), product.get("form")) if form)
    code = data.get("code")
    return _Named(codings(code), texts(code), forms, tuple(parts), site)


def _match(named: _Named, context: ReadContext) -> DrugMatch:
    """The code first; the ingredients where it says nothing or only its words do."""
    forms = _form_words(named.forms)
    match = context.terms.recognize(named.codings, named.text, forms=forms)
    if not named.ingredients or (match.how == "code" and not match.unmapped):
        return match
    parts = [_match(part, context) for part in named.ingredients]
    if not any(part.ingredients for part in parts) or (
        match.ingredients and any(not part.ingredients for part in parts)
    ):
        return match
    return DrugMatch(
        ingredients=tuple(dict.fromkeys(name for part in parts for name in part.ingredients)),
        unmapped=sum(max(part.unmapped, 0 if part.ingredients else 1) for part in parts),
        systemic=match.systemic,
        how="code" if all(part.how == "code" for part in parts if part.ingredients) else "name",
        codes=tuple(sorted({*match.codes, *(code for part in parts for code in part.codes)})),
        conflicting=any(part.conflicting for part in parts),
        notes=tuple(dict.fromkeys(("by-ingredients", *(note for part in parts for note in part.notes)))),
    )


def _form_words(forms: Iterable[Any]) -> tuple[str, ...]:
    found = []
    for form in forms:
        found += [texts(form), *(clean(display) for _, _, display in codings(form))]
    return tuple(dict.fromkeys(word for word in found if word))


def _routes(data: Mapping[str, Any]) -> list[Any]:
    """Every stated route: dosage instructions (R4, STU3), dosage of statements and administrations."""
    stated = [
        *as_dicts(data.get("dosageInstruction")),
        *as_dicts(data.get("dosage")),
        *as_dicts(as_dict(data.get("renderedDosageInstruction"))),
    ]
    found = []
    for dosage in stated:
        found += [route for route in as_list(dosage.get("route")) if isinstance(route, (dict, str))]
    return found


def _words(routes: Sequence[Any]) -> str | None:
    """The first stated route in short words ("topical")."""
    for word in _form_words(routes):
        short = word.lower().replace("(qualifier value)", "").strip()
        return short.removesuffix(" route").removesuffix(" use").strip() or None
    return None


def _with_route(match: DrugMatch, routes: Sequence[Any], named: _Named, context: ReadContext) -> DrugMatch:
    """Whether the drug reaches the whole body: by route, form and product; if they contradict, systemic wins (H43)."""
    terms = context.terms
    by_route = {terms.route(codings(route), texts(route)) for route in routes}
    by_form = {terms.route(codings(form), texts(form)) for form in named.forms}
    by_product = {None: None, True: "systemic", False: "local"}[match.systemic]
    stated = [found for found in (*by_route, *by_form, by_product) if found is not None]
    if not stated:
        return match
    systemic = "systemic" in stated
    notes = (*match.notes, "route-contradiction") if len(set(stated)) > 1 else match.notes
    return replace(match, systemic=systemic, notes=notes)
