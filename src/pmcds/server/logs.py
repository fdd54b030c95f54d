"""Logs for machines: one JSON object a line, made of names and numbers, never of a value from a request."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
import traceback
from typing import Any

_LOGGER = logging.getLogger("pmcds.server")
# Loggers that write addresses or headers of what they send; addresses hold ids of patients.
_TALKATIVE = ("urllib3", "requests", "asyncio", "httpx", "httpcore", "h11", "charset_normalizer")


def event(name: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log one event. Fields are codes, counts and durations; nothing of a request may be given."""
    _LOGGER.log(level, name, extra={"fields": fields})


def defect(error: BaseException) -> str:
    """Log where an unexpected error arose, without its text, which may quote its input; the id to look for."""
    ident = secrets.token_hex(8)
    frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    event("defect", logging.ERROR, error_id=ident, kind=type(error).__name__, at=frames)
    return ident


class JsonLines(logging.Formatter):
    """A record as JSON. Of records that are not ours only the level and the logger are told, and their fixed text."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= {"event": record.msg, **fields}
        else:
            # The text before its arguments are put in: arguments may be values of a request.
            line |= {"event": "other", "logger": record.name, "text": str(record.msg)[:200]}
            if record.exc_info and record.exc_info[1] is not None:
                line |= {"text": "unexpected error", "kind": type(record.exc_info[1]).__name__}
        return json.dumps(line, ensure_ascii=True)


def set_up(level: str) -> None:
    """Log to standard error as JSON; used by `pmcds serve`, not by applications that embed the server."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("pmcds.server", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level.upper() if name == "pmcds.server" else "WARNING")
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate, access.disabled = [], False, True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
