"""Read the opened input: consent first, then every reader, then copies and versions, then one note for each site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pmcds.errors import InputError
from pmcds.fhir.allergies import read_allergies
from pmcds.fhir.asked import Asked
from pmcds.fhir.conditions import is_indicator, read_conditions
from pmcds.fhir.consents import Withholding, read_consents, withheld_findings
from pmcds.fhir.copies import Copies
from pmcds.fhir.families import read_families
from pmcds.fhir.medications import read_medications
from pmcds.fhir.observations import read_observations
from pmcds.fhir.patients import patient_of, read_patients
from pmcds.fhir.repairs import repairs
from pmcds.fhir.requests import read_test_orders
from pmcds.fhir.risks import read_risks
from pmcds.fhir.site import Opened, ReadContext, Reader, ReaderResult, Site
from pmcds.fhir.stages import read_stages
from pmcds.fhir.strict import check_site
from pmcds.fhir.subjects import Subjects, parse_reference, subjects
from pmcds.fhir.values import as_dicts, codings, reference_of
from pmcds.model.findings import ERROR, GENOMIC_KINDS, Finding, InputNote, Order, Reading, Supply
from pmcds.model.words import BRIDGE

READERS: tuple[Reader, ...] = (
    read_patients,
    read_medications,
    read_conditions,
    read_observations,
    read_stages,
    read_test_orders,
    read_allergies,
    read_families,
    read_risks,
)

# What a consent that denies genetic data covers, besides the genomic kinds themselves.
_GENETIC_KINDS = GENOMIC_KINDS | {"report", "test_order", "implication", "phase", "coverage", "polygenic_score"}
# What is told of a withheld resource: that something of these kinds exists, whatever it said.
_KINDS_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "Observation": ("genotype", "laboratory"),
    "DiagnosticReport": ("genotype", "laboratory"),
    "Condition": ("condition", "cancer", "genotype"),
    "Procedure": ("condition",),
    "MedicationRequest": ("medication",),
    "MedicationOrder": ("medication",),
    "MedicationStatement": ("medication",),
    "MedicationUsage": ("medication",),
    "MedicationAdministration": ("medication",),
    "MedicationDispense": ("medication",),
    "AllergyIntolerance": ("allergy",),
    "FamilyMemberHistory": ("family_history",),
    "Patient": ("demographic",),
    "RiskAssessment": ("polygenic_score",),
    "ServiceRequest": ("test_order",),
    "Parameters": ("genotype", "laboratory"),
}


# What reads the bulk of a record: it is left unread where no rule in question asks for it.
_OF_RESULTS: tuple[Reader, ...] = (read_conditions, read_observations, read_stages)
AskedFor = Callable[[Sequence[Order]], Asked]


def read(
    opened: Opened,
    context: ReadContext,
    readers: Sequence[Reader] | None = None,
    *,
    asked: AskedFor | None = None,
    check: bool = True,
) -> Reading:
    """Findings and orders of the patient in question, and one note for each site in input order.

    With `asked`, which tells from the orders what is asked for, resources about nothing of it are `not-relevant` and
    not read; without it, repairs are noted too. Without `check` numbers over the limits are merely unreadable.
    Raises InputError if the input holds several patients and none is stated, or if an order of the request is another
    patient's.
    """
    try:
        return _read(opened, context, READERS if readers is None else readers, asked, check)
    except RecursionError:
        raise InputError("too-deep", "the input is nested too deeply", mend="send flatter JSON") from None


def _read(
    opened: Opened, context: ReadContext, readers: Sequence[Reader], asked: AskedFor | None, check: bool
) -> Reading:
    context = replace(
        context, patient=patient_of(opened, context), fhir_server=context.fhir_server or opened.fhir_server
    )
    _check_request(opened, context)
    rules, consents, notes = read_consents(opened, context)
    withholding = Withholding(rules, opened, context)
    hidden = _hidden(opened, context, withholding)
    visible = opened.without(frozenset(hidden)) if hidden else opened
    if asked is not None and withholding.by_consent:
        asked = _whole_of_genes(asked)
    results, failed = _results(visible, context, readers, asked)
    everything = [*consents, *(finding for result in results for finding in result.findings)]
    left = visible.left
    findings = [finding for finding in everything if finding.source.site not in left] if left else everything
    unasked = [finding for finding in everything if finding.source.site in left] if left else []
    if check:
        _refuse_numbers(visible, findings)
    orders = [order for result in results for order in result.orders]
    notes += [note for result in results for note in result.notes]
    denied: dict[str, str] = {site.pointer: reason for site, reason in hidden.items()}
    if withholding.by_consent:
        denied |= _denied_later(visible, findings, withholding)
    findings = [finding for finding in findings if finding.source.site not in denied]
    orders = [order for order in orders if order.source is None or order.source.site not in denied]
    findings += _told(opened, denied)
    copies = Copies(visible, findings, orders, [note.site for note in notes if note.ignored is None])
    inputs = _notes(visible, context, notes, copies, findings, denied)
    flags = dict.fromkeys(opened.flags)
    if any(note.ignored == "other-patient" for note in inputs) or _several_patients(opened):
        flags["multi-patient-input"] = None
    if failed:
        flags["reader-failed"] = None
    told = (*copies.findings, *unasked)
    if asked is None:
        inputs, told = _with_repairs(visible, inputs, told)
    return Reading(
        findings=told,
        orders=copies.orders,
        inputs=inputs,
        patient=_plain(context.patient),
        supply=Supply(ERROR, ERROR, ERROR, ERROR, ERROR) if failed else opened.supply,
        flags=tuple(flags),
    )


def _whole_of_genes(asked: AskedFor) -> AskedFor:
    """The same with every gene asked for: what a consent denies is told, asked for or not."""
    return lambda orders: replace(asked(orders), genes=None)


def _results(
    opened: Opened, context: ReadContext, readers: Sequence[Reader], asked: AskedFor | None
) -> tuple[list[ReaderResult], bool]:
    """What each reader made of the input; one that fails makes everything it could have read `error`, not nothing.

    The readers of results come last: what they need not read is known from the orders.
    """
    made: dict[int, ReaderResult] = {}
    failed = False
    last = [place for place, reader in enumerate(readers) if asked is not None and reader in _OF_RESULTS]
    for place in (*(place for place in range(len(readers)) if place not in last), *last):
        if asked is not None and last and place == last[0]:
            context = replace(context, asked=asked([order for one in made.values() for order in one.orders]))
        try:
            made[place] = readers[place](opened, context)
            failed = failed or made[place].failed
        except (InputError, RecursionError):
            raise
        except Exception:
            failed = True
    return [made[place] for place in sorted(made)], failed


def _refuse_numbers(opened: Opened, findings: Iterable[Finding]) -> None:
    """Refuse an input in which a value cannot be read because its number is over the limits (LC-19)."""
    unread = {finding.source.site for finding in findings if finding.reason == "value-unreadable"}
    for site in opened.sites if unread else ():
        if site.pointer in unread and site.data is not None and site.type != "Patient":
            check_site(site)


def _plain(patient: str | None) -> str | None:
    parsed = parse_reference(patient) if patient else None
    return f"{parsed.type}/{parsed.id}" if parsed else patient


def _check_request(opened: Opened, context: ReadContext) -> None:
    """Refuse a request whose drafts or whose own Patient are another patient's (H03)."""
    if not opened.envelope or context.patient is None:
        return
    whose = subjects(opened, context)
    for site in opened.sites:
        if site.problem is not None:
            continue
        if site.origin == "draft":
            stated = reference_of(site.outline.get("subject")) or reference_of(site.outline.get("patient"))
            wrong = stated is not None and not whose.is_patient(stated, site)
        else:
            own = site.type == "Patient" and site.pointer.startswith("/prefetch/") and "/entry/" not in site.pointer
            wrong = own and site.origin != "contained" and site.key != _plain(context.patient)
        if wrong:
            raise InputError(
                "context-mismatch",
                "the request is about one patient and holds data of another in their place",
                where=site.pointer,
                mend="send orders and Patient of context.patientId",
            )


def _hidden(opened: Opened, context: ReadContext, withholding: Withholding) -> dict[Site, str]:
    """Sites that may not be read, with the reason; what a withheld resource contains is withheld with it."""
    hidden: dict[Site, str] = {}
    if not withholding.by_consent and opened.lacks("security"):
        return hidden
    whose = subjects(opened, context)
    for site in opened.sites:
        if site.parent is not None and site.parent in hidden:
            hidden[site] = hidden[site.parent]
        elif withholding.by_consent or site.may_hold("security"):
            reason = withholding.reason(site, genomic=withholding.by_consent and is_genomic(site, context))
            if reason is not None and whose.whose(site).reason != "other-patient":
                hidden[site] = reason
    return hidden


def is_genomic(site: Site, context: ReadContext) -> bool:
    """True if the codes of a resource say that it is about genes or tumor markers."""
    data: Mapping[str, Any] = site.outline if site.type == "Observation" else site.data or {}
    if site.type in ("GenomicStudy", "MolecularSequence"):
        return True
    if site.type == "Condition":
        return is_indicator(data, context)
    if site.type not in ("Observation", "DiagnosticReport", "ServiceRequest", "ProcedureRequest", "Procedure"):
        return False
    terms = context.terms
    asked = (terms.observation(system, code) for system, code, _ in codings(data.get("code")))
    if any(term is not None and term.role != "laboratory" for term in asked):
        return True
    return any(
        terms.component(system, code) is not None
        for component in as_dicts(data.get("component"))
        for system, code, _ in codings(component.get("code"))
    )


def _denied_later(opened: Opened, findings: Iterable[Finding], withholding: Withholding) -> dict[str, str]:
    """Sites that turned out to be about genes only when they were read, where a consent denies that."""
    by_pointer = {site.pointer: site for site in opened.sites}
    denied = {}
    for finding in findings:
        site = by_pointer.get(finding.source.site)
        if finding.kind in _GENETIC_KINDS and site is not None and finding.source.site not in denied:
            reason = withholding.reason(site, genomic=True)
            if reason is not None:
                denied[finding.source.site] = reason
    return denied


def _told(opened: Opened, denied: Mapping[str, str]) -> list[Finding]:
    """What is said of withheld resources: the kinds that their type may hold, so that nothing tells what they say."""
    found: list[Finding] = []
    for site in opened.sites:
        reason = denied.get(site.pointer)
        if reason is None:
            continue
        found += withheld_findings(site, reason, _KINDS_OF_TYPE.get(site.type or "", ()))
    return found


def _several_patients(opened: Opened) -> bool:
    return len({site.key for site in opened.by_type("Patient") if site.origin != "contained"}) > 1


def _unread(site: Site, whose: Subjects) -> str:
    """The word for a resource that no reader said anything about; what a stranger's resource contains is theirs."""
    if site.parent is not None:
        return "other-patient" if whose.whose(site).reason == "other-patient" else "not-relevant"
    stated = reference_of(site.outline.get("subject")) or reference_of(site.outline.get("patient"))
    return "other-patient" if stated is not None and not whose.is_patient(stated, site) else "not-relevant"


def _notes(
    opened: Opened,
    context: ReadContext,
    notes: Iterable[InputNote],
    copies: Copies,
    findings: Iterable[Finding],
    denied: Mapping[str, str],
) -> tuple[InputNote, ...]:
    """One note for each site: what the readers said, what became of copies, else what its findings mean."""
    said: dict[str, InputNote] = {}
    for one in notes:
        before = said.get(one.site)
        if before is None or (before.ignored is not None and one.ignored is None):
            said[one.site] = one
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        reasons.setdefault(finding.source.site, []).append(_ignored_word(finding))
    result = []
    left = opened.left
    whose = subjects(opened, context)
    ignored = copies.ignored
    for site in opened.sites:
        pointer = site.pointer
        note: InputNote | None = said.get(pointer)
        if pointer in denied:
            note = InputNote(pointer, site.key, "withheld")
        elif site.problem is not None:
            theirs = site.parent is not None and whose.whose(site.parent).reason == "other-patient"
            note = InputNote(pointer, site.key, "other-patient" if theirs else site.problem)
        elif pointer in left:
            # The most frequent by far: the same as `InputNote(...)`, without a function of Python between.
            note = tuple.__new__(InputNote, (pointer, site.key, "not-relevant", None, ()))
        elif pointer in ignored:
            note = InputNote(pointer, site.key, ignored[pointer])
        elif note is None or (note.ignored is None and note.role is None):
            words = reasons.get(pointer)
            word = _unread(site, whose) if words is None else (words[0] if all(words) else None)
            note = InputNote(pointer, site.key, word)
        result.append(note)
    return tuple(result)


# Input lines of resources of which nothing may be told.
_TOLD_NOTHING = frozenset({"withheld", "other-patient"})


def _with_repairs(
    opened: Opened, inputs: Iterable[InputNote], findings: Iterable[Finding]
) -> tuple[tuple[InputNote, ...], tuple[Finding, ...]]:
    """The same with the repairs of each resource on its line and on the findings that rest on it."""
    sites = {site.pointer: site for site in opened.sites}
    needed = {
        note.site: () if note.ignored in _TOLD_NOTHING else repairs(sites[note.site].data or {}) for note in inputs
    }
    return (
        tuple(note._replace(repairs=needed[note.site]) if needed[note.site] else note for note in inputs),
        tuple(
            replace(finding, notes=(*finding.notes, f"repaired: {', '.join(made)}"))
            if (made := needed.get(finding.source.site))
            else finding
            for finding in findings
        ),
    )


def _ignored_word(finding: Finding) -> str:
    """The word of the input line if the finding does not count, else an empty string."""
    bridge = BRIDGE.get(finding.reason or "")
    return bridge.ignored if bridge is not None else ""
