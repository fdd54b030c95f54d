"""The command line: thin, lazy, one clear line for every error."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence

from pmcds.errors import HookError, PmcdsError

DONE = 0
TO_ACT_ON = 1
BAD_INPUT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 findings to act on, 2 bad usage or input."""
    from pmcds.cli.arguments import build_parser

    arguments = build_parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`pmcds rules | head`).
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130
    return status


def _run(arguments: argparse.Namespace) -> int:
    try:
        status: int = arguments.run(arguments)
    except HookError as error:
        return _refused(_diagnostics(error))
    except PmcdsError as error:
        return _refused(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return _refused(f"cannot read or write {error.filename or 'the file'}: {error.strerror}")
    except ModuleNotFoundError as error:
        return _refused(_missing_module(error))
    except Exception as error:
        if os.environ.get("PMCDS_DEBUG"):
            raise
        # Only the kind of the error: its text could hold a value of the patient.
        return _refused(f"internal error ({type(error).__name__}); this is a defect: set PMCDS_DEBUG=1 to see where")
    return status


def _refused(message: str) -> int:
    print(f"pmcds: {message}", file=sys.stderr)  # noqa: T201
    return BAD_INPUT


def _diagnostics(error: HookError) -> str:
    issues = error.outcome.get("issue") or [{}]
    return f"request refused with status {error.status}: {issues[0].get('diagnostics', 'no reason given')}"


# Which extra brings a module that a command needs.
_EXTRAS = {"fhir": "fhir", "requests": "fhir", "yaml": "author", "rich": "cli", "sqlalchemy": "sql"}
_EXTRAS |= dict.fromkeys(("starlette", "uvicorn", "joserfc", "prometheus_client"), "server")


def _missing_module(error: ModuleNotFoundError) -> str:
    root = (error.name or "").split(".")[0]
    extra = _EXTRAS.get(root)
    if extra is None:
        return f"the module {error.name} is not installed"
    return f"this command needs an extra: pip install 'pmcds[{extra}]'"


__all__ = ["main"]
