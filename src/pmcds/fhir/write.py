"""A patient in words as a FHIR R4 Bundle, so that rule tests and `evaluate(Patient)` run the whole line.

Results have the shapes of the Genomics Reporting guide (STU2 and STU3). No code stands here: all come from the terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pmcds.fhir.values import decimal_of
from pmcds.model.patient import Patient
from pmcds.terminology import Terms

PATIENT_ID = "patient-1"
_SUBJECT = {"reference": f"Patient/{PATIENT_ID}"}
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_OF_TUMOR = frozenset({"tissue", "plasma"})
_NUMBER_KINDS = frozenset({"quantity", "percent", "ratio", "copies"})
# What may follow a change in words, and the component that carries it; longer words first.
_SAID_OF_VARIANT = (
    ("significance", "likely pathogenic"),
    ("significance", "uncertain significance"),
    ("significance", "likely benign"),
    ("significance", "pathogenic"),
    ("significance", "benign"),
    ("zygosity", "homozygous"),
    ("zygosity", "heterozygous"),
    ("zygosity", "hemizygous"),
)


def bundle_of(
    patient: Patient, *, now: datetime, terms: Terms, orders: Iterable[str | Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The Bundle of a patient. `orders` are drafts: drug names, {"drug", "route"}, or FHIR resources as they are.

    Results are dated 30 days before `now`.
    """
    return _Writer(patient, now, terms).bundle(orders)


class _Writer:
    """Collects the entries of one Bundle."""

    def __init__(self, patient: Patient, now: datetime, terms: Terms) -> None:
        self._patient = patient
        self._now = now
        self._terms = terms
        self._date = (now - timedelta(days=30)).date().isoformat()
        self._entries: list[dict[str, Any]] = []
        self._counts: dict[str, int] = {}

    def bundle(self, orders: Iterable[str | Mapping[str, Any]]) -> dict[str, Any]:
        """All entries: the patient, results, conditions, medications and orders."""
        self._demographics()
        if self._patient.specimen:
            self._add("Specimen", type={"text": self._patient.specimen})
        for gene, diplotype in self._patient.diplotype.items():
            self._genotype(gene, diplotype)
        for gene, phenotype in self._patient.phenotype.items():
            self._phenotype(gene, phenotype)
        for gene, score in self._patient.activity_score.items():
            self._score(gene, str(score))
        for allele, word in self._patient.allele.items():
            self._allele(allele, word)
        for subject, stated in self._patient.variant.items():
            self._variants(subject, stated)
        for name, value in self._patient.biomarker.items():
            self._marker(name, value)
        for name, value in self._patient.laboratory.items():
            self._laboratory(name, value)
        for name in self._patient.condition:
            self._condition(name, cancer=False)
        for name in self._patient.cancer:
            self._condition(name, cancer=True)
        for medication in self._patient.medication:
            self._medication(medication)
        for order in orders:
            self._order(order)
        return {"resourceType": "Bundle", "type": "collection", "entry": self._entries}

    # Resources

    def _add(self, kind: str, **members: Any) -> dict[str, Any]:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        ident = PATIENT_ID if kind == "Patient" else f"{kind.lower()}-{self._counts[kind]}"
        subject = {} if kind == "Patient" else {"subject": _SUBJECT}
        resource = {"resourceType": kind, "id": ident, **subject, **members}
        self._entries.append({"fullUrl": f"https://pmcds.invalid/{kind}/{ident}", "resource": resource})
        return resource

    def _observation(self, code: dict[str, Any], *, somatic: bool | None = None, **members: Any) -> dict[str, Any]:
        """A final laboratory result; with `somatic` told it is a sequencing result of that source class."""
        components = list(members.pop("component", ()))
        specimen = self._patient.specimen
        if somatic is not None:
            components.append(
                {
                    "code": self._component("source-class"),
                    "valueCodeableConcept": self._answer("somatic" if somatic else "germline"),
                }
            )
        if specimen and (somatic or specimen not in _OF_TUMOR):
            members["specimen"] = {"reference": "Specimen/specimen-1"}
        if components:
            members["component"] = components
        category = [{"coding": [{"system": _CATEGORY, "code": "laboratory"}]}]
        members |= {"status": "final", "category": category, "code": code, "effectiveDateTime": self._date}
        return self._add("Observation", **members)

    def _demographics(self) -> None:
        members: dict[str, Any] = {}
        if self._patient.sex is not None:
            members["gender"] = self._patient.sex
        if self._patient.age is not None:
            members["birthDate"] = _born(self._now, int(self._patient.age)).isoformat()
        self._add("Patient", **members)

    # Gene results

    def _genotype(self, gene: str, diplotype: str) -> None:
        value: dict[str, Any] = {"text": diplotype}
        if diplotype.startswith("*") and ":" in diplotype:
            # Alleles named by fields are written as a typing of both copies.
            typing = "+".join(f"{gene}{allele}" for allele in diplotype.split("/"))
            value = {"coding": [{"system": self._terms.address("glstring"), "code": typing}], "text": typing}
        elif diplotype.startswith("*"):
            named = f"{gene} {diplotype}"
            value["coding"] = [{"system": self._terms.address("pharmvar"), "code": named, "display": named}]
        self._observation(self._question("genotype"), component=[self._gene(gene)], valueCodeableConcept=value)

    def _phenotype(self, gene: str, phenotype: str) -> None:
        value = self._answer(phenotype, text=f"{gene} {phenotype}")
        own = self._terms.question_codes("phenotype", gene)
        if own:
            self._observation(_concept(own[0]), component=[self._gene(gene)], valueCodeableConcept=value)
            return
        if "text" in value and self._terms.phenotype_word(phenotype) is None:
            # A word of the gene's own, which no implication has: stated as the answer to the gene's test.
            self._observation(
                self._question("genotype"), component=[self._gene(gene)], valueCodeableConcept={"text": phenotype}
            )
            return
        stated = {"code": self._component("implication"), "valueCodeableConcept": value}
        self._observation(self._question("implication"), component=[self._gene(gene), stated])

    def _score(self, gene: str, score: str) -> None:
        comparator = next((sign for sign in (">=", "<=", "≥", "≤", ">", "<") if score.startswith(sign)), "")
        number = decimal_of(score[len(comparator) :].strip())
        value: dict[str, Any] = {"valueString": score}
        if number is not None:
            sign = {"≥": ">=", "≤": "<="}.get(comparator, comparator)
            value = {"valueQuantity": {"value": _plain(number), **({"comparator": sign} if sign else {})}}
        self._observation(self._question("activity_score"), component=[self._gene(gene)], **value)

    def _allele(self, allele: str, word: str) -> None:
        gene = allele.partition("*")[0]
        codes = self._terms.question_codes("allele_presence", allele)
        if codes:
            self._observation(_concept(codes[0]), valueCodeableConcept=self._answer(word))
        elif word == "present":
            value = {"coding": [{"system": self._terms.address("hla"), "code": allele, "display": allele}]}
            self._observation(self._question("haplotype"), component=[self._gene(gene)], valueCodeableConcept=value)
        elif word == "absent":
            # There is no code for each allele: the answer of a genomics operation says which one was looked for.
            answer = {"name": "haplotypes", "part": [
                {"name": "haplotypeItem", "valueString": allele},
                {"name": "presence", "valueBoolean": False},
            ]}  # fmt: skip
            contained = [{"resourceType": "Parameters", "id": "answer", "parameter": [answer]}]
            self._add("DiagnosticReport", status="final", code=self._question("report"),
                      effectiveDateTime=self._date, contained=contained)  # fmt: skip
        else:
            self._observation({"text": allele}, valueCodeableConcept=self._answer(word))

    def _gene(self, gene: str) -> dict[str, Any]:
        number = self._terms.gene_id(gene)
        named: dict[str, Any] = {"text": gene}
        if number is not None:
            named = {"coding": [{"system": self._terms.address("hgnc"), "code": number, "display": gene}]}
        return {"code": self._component("gene"), "valueCodeableConcept": named}

    # Variants

    def _variants(self, subject: str, stated: Any) -> None:
        if isinstance(stated, str) and " " in subject:
            gene, _, change = subject.partition(" ")
            self._variant(gene, change, stated)
            return
        for change in [stated] if isinstance(stated, str) else stated:
            if change == "absent":
                self._no_variant(subject)
            else:
                self._variant(subject, *_said(str(change)))

    def _no_variant(self, gene: str) -> None:
        """The gene as a whole, with nothing found."""
        self._observation(
            self._question("variant"), somatic=self._patient.specimen in _OF_TUMOR, component=[self._gene(gene)],
            valueCodeableConcept=self._answer("absent"),
        )  # fmt: skip

    def _variant(self, gene: str, change: str, word: str, *said: tuple[str, str]) -> None:
        change, percent = _share(change)
        carried = {"p.": "protein", "c.": "coding", "g.": "genomic", "m.": "genomic"}.get(change[:2], "variation")
        if carried == "variation":
            value: dict[str, Any] = {"text": change if change.startswith(gene) else f"{gene} {change}"}
        else:
            value = {"coding": [{"system": self._terms.address("hgvs"), "code": change, "display": change}]}
        components = [self._gene(gene), {"code": self._component(carried), "valueCodeableConcept": value}]
        if percent:
            share = {"value": decimal_of(percent), "unit": "%", "system": self._terms.address("ucum"), "code": "%"}
            components.append({"code": self._component("vaf"), "valueQuantity": share})
        more = {name: {"code": self._component(name), "valueCodeableConcept": self._answer(of)} for name, of in said}
        significance = more.pop("significance", None)
        written = self._observation(
            self._question("variant"), somatic=self._patient.specimen in _OF_TUMOR,
            component=[*components, *more.values()], valueCodeableConcept=self._answer(word),
        )  # fmt: skip
        if significance is not None:
            # What the laboratory concludes is a result of its own that refers to the variant.
            about = [{"reference": f"Observation/{written['id']}"}]
            self._observation(self._question("significance"), component=[significance], derivedFrom=about)

    # Markers and laboratory

    def _marker(self, name: str, value: Any) -> None:
        marker, _, scale = name.rpartition(" ")
        if marker and scale in self._terms.scales and isinstance(value, Mapping):
            self._scaled(marker, scale, value)
            return
        codes = self._terms.question_codes("biomarker", name)
        numeric = isinstance(value, Mapping) and "quantity" in value
        code = self._code_of_kind(codes, numeric)
        question = _concept(code) if code is not None else {"text": name}
        somatic = True if self._patient.specimen in _OF_TUMOR else None
        members: dict[str, Any]
        if numeric:
            members = {
                "valueQuantity": _quantity(
                    value.get("quantity"), value.get("unit"), value.get("comparator"), self._terms
                )
            }
        elif isinstance(value, Mapping) and "score" in value:
            members = {"valueString": str(value["score"])}
        else:
            word = str(value.get("result")) if isinstance(value, Mapping) else str(value)
            said = (word, f"{name} {word}", f"{name}-{word}")
            text = next((one for one in said if self._terms.word(one)), word)
            members = {"valueCodeableConcept": {"text": text}}
        self._observation(question, somatic=somatic, **members)

    def _scaled(self, marker: str, scale: str, value: Mapping[str, Any]) -> None:
        """A number on a scale of the marker ("CPS 20"), under a code whose answer names its scale."""
        codes = self._terms.question_codes("biomarker", marker)
        code = next((one for one in codes if getattr(self._terms.observation(*one), "kind", None) == "report"), None)
        number = f"{value.get('comparator') or ''}{value.get('quantity')}"
        text = f"{scale} {number}{' %' if value.get('unit') == '%' else ''}"
        somatic = True if self._patient.specimen in _OF_TUMOR else None
        self._observation(_concept(code) if code else {"text": marker}, somatic=somatic, valueString=text)

    def _code_of_kind(self, codes: Sequence[tuple[str, str]], numeric: bool) -> tuple[str, str] | None:
        """The first code that asks for a number, or for none."""
        for system, code in codes:
            term = self._terms.observation(system, code)
            if term is not None and (term.kind in _NUMBER_KINDS) == numeric:
                return system, code
        return codes[0] if codes else None

    def _laboratory(self, name: str, value: Any) -> None:
        codes = self._terms.question_codes("laboratory", name)
        question = _concept(codes[0]) if codes else {"text": name}
        if isinstance(value, Mapping):
            stated = _quantity(value.get("value"), value.get("unit"), value.get("comparator"), self._terms)
            self._observation(question, valueQuantity=stated)
        else:
            self._observation(question, valueCodeableConcept={"text": str(value)})

    # Conditions, medications, orders

    def _condition(self, name: str, *, cancer: bool) -> None:
        stated = self._terms.condition_codings(name)
        fitting = [one for one in stated if name in _names(self._terms, one, cancer=cancer)] or list(stated)
        code: dict[str, Any] = {"text": name}
        if fitting:
            system, found, display = fitting[0]
            code["coding"] = [{"system": system, "code": found, "display": display}]
        self._add(
            "Condition",
            clinicalStatus={"coding": [{"system": _CLINICAL, "code": "active"}]},
            verificationStatus={"coding": [{"system": _VERIFICATION, "code": "confirmed"}]},
            code=code,
        )

    def _medication(self, medication: str | Mapping[str, str]) -> None:
        drug = medication if isinstance(medication, str) else medication["drug"]
        since = None if isinstance(medication, str) else medication.get("since")
        members = {"effectivePeriod": {"start": str(since)}} if since else {}
        self._add("MedicationStatement", status="active", medicationCodeableConcept=self._drug(drug), **members)

    def _order(self, order: str | Mapping[str, Any]) -> None:
        if isinstance(order, Mapping) and "resourceType" in order:
            self._entries.append({"resource": dict(order)})
            return
        drug = order if isinstance(order, str) else str(order["drug"])
        route = None if isinstance(order, str) else order.get("route")
        members: dict[str, Any] = {"dosageInstruction": [{"route": {"text": str(route)}}]} if route else {}
        self._add(
            "MedicationRequest", status="draft", intent="order", medicationCodeableConcept=self._drug(drug), **members
        )

    def _drug(self, name: str) -> dict[str, Any]:
        term = self._terms.drug(name)
        if term is None or not term.codes:
            return {"text": name}
        system, code, display = term.codes[0]
        return {"coding": [{"system": system, "code": code, "display": display}], "text": name}

    # Codes

    def _question(self, role: str) -> dict[str, Any]:
        codes = self._terms.question_codes(role)
        return _concept(codes[0]) if codes else {"text": role}

    def _component(self, carried: str) -> dict[str, Any]:
        codes = self._terms.component_codes(carried)
        return _concept(codes[0]) if codes else {"text": carried}

    def _answer(self, word: str, text: str | None = None) -> dict[str, Any]:
        """The answer by code where there is one, else in words."""
        codes = self._terms.answer_codes(word)
        return _concept(codes[0], word) if codes else {"text": text or word}


def _said(change: str) -> tuple[Any, ...]:
    """A change in words: its name, that it is present, and (component, word) for what follows the name."""
    said: list[tuple[str, str]] = []
    while True:
        known = next((one for one in _SAID_OF_VARIANT if change.endswith(f" {one[1]}")), None)
        if known is None:
            return (change, "present", *said)
        change = change.removesuffix(f" {known[1]}")
        said.insert(0, known)


def _share(change: str) -> tuple[str, str | None]:
    """A change in words without the share of the reads behind it, and that share in percent."""
    name, _, last = change.rpartition(" ")
    known = name and last.endswith("%") and decimal_of(last[:-1]) is not None
    return (name, last[:-1]) if known else (change, None)


def _concept(code: tuple[str, str], display: str | None = None) -> dict[str, Any]:
    coding = {"system": code[0], "code": code[1]}
    return {"coding": [{**coding, "display": display} if display else coding]}


def _names(terms: Terms, coding: tuple[str, str, str], *, cancer: bool) -> tuple[str, ...]:
    match = terms.conditions((coding,), None)
    return match.cancers if cancer else match.names


def _quantity(value: Any, unit: Any, comparator: Any, terms: Terms) -> dict[str, Any]:
    number = decimal_of(value)
    found: dict[str, Any] = {"value": _plain(number) if number is not None else str(value)}
    if comparator:
        found["comparator"] = {"≥": ">=", "≤": "<="}.get(str(comparator), str(comparator))
    if unit:
        found |= {"unit": str(unit), "system": terms.address("ucum"), "code": str(unit)}
    return found


def _plain(number: Decimal) -> int | float | str:
    """The number as JSON has it, or as text where a float would change it."""
    if number == number.to_integral_value():
        return int(number)
    found = float(number)
    return found if Decimal(repr(found)) == number else str(number)


def _born(now: datetime, age: int) -> date:
    """A birth date half a year away from any birthday, so that the age holds in every time zone."""
    year, month = (now.year - age, now.month - 6) if now.month > 6 else (now.year - age - 1, now.month + 6)
    return date(year, month, 15)
