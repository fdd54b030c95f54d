"""What a site decides about the server: a TOML file, and PMCDS_* variables over it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pmcds.errors import InputError
from pmcds.server.origins import Origin, origin_of

_PREFIX = "PMCDS_"
# Variables that other parts of the library read.
_OTHERS = frozenset({"PMCDS_CONFIG", "PMCDS_DEBUG", "PMCDS_SHARED"})


def _is_address(text: str) -> str:
    origin_of(text)
    return text


Address = Annotated[str, AfterValidator(_is_address)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Limits(_Section):
    """Bounds of one process.

    `concurrency` calls are under way at once, all others get 429; `threads` of them are evaluated. A call has
    `call_seconds`, its evaluation `evaluation_seconds` of them; a body has `body_seconds` to arrive.
    """

    concurrency: Annotated[int, Field(ge=1)] = 16
    threads: Annotated[int, Field(ge=1)] = 2
    connections: Annotated[int, Field(ge=1)] = 512
    call_seconds: Annotated[float, Field(gt=0)] = 0.5
    evaluation_seconds: Annotated[float, Field(gt=0)] = 0.2
    body_seconds: Annotated[float, Field(gt=0)] = 5.0
    feedback_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024
    stop_seconds: Annotated[float, Field(ge=0)] = 10.0


class Fetch(_Section):
    """Fetching of prefetch that a client did not send; off while `servers` is empty.

    servers   FHIR base URLs that may be asked; compared parsed, scheme, host and port
    open      a request without fhirAuthorization means that its server needs no token
    private   allow addresses that are private, loopback or link-local, and http to loopback
    seconds   one deadline for all fetching of a call; it ends earlier where the evaluation needs the time
    bytes     of all answers of a call together; `pages` of one search
    """

    servers: tuple[Address, ...] = ()
    open: bool = False
    private: bool = False
    seconds: Annotated[float, Field(gt=0)] = 0.28
    bytes: Annotated[int, Field(ge=1024)] = 4 * 1024 * 1024
    pages: Annotated[int, Field(ge=1)] = 10
    threads: Annotated[int, Field(ge=1)] = 32


class Issuer(_Section):
    """A client that may call: `issuer` as in its tokens, and where its keys are: addresses, or a file.

    `audiences` are further accepted ones; `max_lifetime` seconds; `tenants` an allow-list, empty for any; `profile`
    the client profile of its calls.
    """

    issuer: Annotated[str, Field(min_length=1)]
    jku: tuple[Address, ...] = ()
    jwks_file: Path | None = None
    audiences: tuple[str, ...] = ()
    max_lifetime: Annotated[float, Field(gt=0, le=3600)] = 3600
    tenants: tuple[str, ...] = ()
    profile: str | None = None


class Jwt(_Section):
    """Authentication of clients; on as soon as there is an issuer.

    `replay` is a file that all workers share; without it each process remembers tokens by itself.
    """

    issuers: tuple[Issuer, ...] = ()
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    leeway: Annotated[float, Field(ge=0, le=300)] = 60
    replay: Path | None = None
    keys_seconds: Annotated[float, Field(gt=0)] = 2.0
    keys_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024
    keys_cached: Annotated[float, Field(gt=0)] = 3600
    refetch_after: Annotated[float, Field(ge=0)] = 60
    private: bool = False


class Feedback(_Section):
    """Where feedback is kept: `sqlite:///file`, or any SQLAlchemy URL (extra `sql`). `keep_days` 0: for ever."""

    url: str = "sqlite:///pmcds-feedback.db"
    keep_days: Annotated[int, Field(ge=0)] = 0


class Config(_Section):
    """The whole configuration.

    base_url    the public address, as clients write it into tokens; needed with JWT
    profile     client profile of every call; `services` by service id
    cors        origins of browsers that may call
    page        the page for people at `/`; None: only while no JWT is asked for
    metrics     `/metrics` is served
    specification  "3.0.0": discovery says so, and its templates use tokens that only this version knows
    observations   "codes": asked for by the codes of the rules; "all": a site with codes of its own, or none
    repeats     what order-select showed of an unchanged order is at order-sign said again ("say") or held back ("hold")
    audit       file that gets one AuditEvent a line; none without it
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    base_url: Address | None = None
    workers: Annotated[int, Field(ge=1)] = 1
    profile: str | None = None
    services: Mapping[str, str] = {}
    cors: tuple[Address, ...] = ()
    page: bool | None = None
    metrics: bool = True
    audit: Path | None = None
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    cards: Path | None = None
    language: str = "en"
    notices: Annotated[str, Field(pattern="^(cards|extension)$")] = "cards"
    specification: Annotated[str, Field(pattern=r"^(2\.0\.1|3\.0\.0)$")] = "2.0.1"
    observations: Annotated[str, Field(pattern="^(codes|all)$")] = "codes"
    repeats: Annotated[str, Field(pattern="^(say|hold)$")] = "say"
    repeats_seconds: Annotated[float, Field(gt=0)] = 3600
    families: tuple[Annotated[str, Field(pattern="^secondary-findings$")], ...] = ()
    limits: Limits = Limits()
    fetch: Fetch = Fetch()
    jwt: Jwt = Jwt()
    feedback: Feedback = Feedback()

    @property
    def authenticated(self) -> bool:
        """True if every call needs a token."""
        return bool(self.jwt.issuers)

    @property
    def page_on(self) -> bool:
        """True if the page for people is served."""
        return not self.authenticated if self.page is None else self.page

    @property
    def origins(self) -> frozenset[Origin]:
        """Origins that may call from a browser."""
        return frozenset(origin_of(text) for text in self.cors)


def load(file: str | Path | None = None, environment: Mapping[str, str] | None = None, **over: Any) -> Config:
    """The configuration of a TOML file, PMCDS_* variables over it, and arguments over both.

    Raises InputError with every problem; no value is repeated.
    """
    environment = os.environ if environment is None else environment
    file = file or environment.get("PMCDS_CONFIG")
    values = _read(Path(file)) if file else {}
    for names, text in _variables(environment):
        section = values
        for name in names[:-1]:
            section = section.setdefault(name, {})
        section[names[-1]] = text
    values.update({name: value for name, value in over.items() if value is not None})
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise InputError("bad-configuration", f"the configuration cannot be used: {found}") from None
    if config.authenticated and config.base_url is None:
        mend = "set base_url to the public address of the server"
        raise InputError("bad-configuration", "tokens cannot be checked without base_url", mend=mend)
    return config


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError("bad-configuration", f"{file} is no TOML: {error}") from None


def _variables(environment: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What PMCDS_* variables set; one that names no setting is an error."""
    fields = dict(_fields(Config, ()))
    for variable in sorted(environment):
        if not variable.startswith(_PREFIX) or variable in _OTHERS:
            continue
        names = fields.get(variable)
        if names is None:
            raise InputError("bad-configuration", f"{variable} names no setting")
        path, several = names
        text = environment[variable]
        yield path, [part.strip() for part in text.split(",") if part.strip()] if several else text


def _fields(section: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[str, tuple[tuple[str, ...], bool]]]:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, (*path, name))
            continue
        inner = get_args(kind)
        if any(isinstance(part, type) and issubclass(part, BaseModel) for part in inner) or name == "services":
            continue
        several = getattr(kind, "__origin__", None) is tuple
        yield _PREFIX + "_".join((*path, name)).upper(), ((*path, name), several)
