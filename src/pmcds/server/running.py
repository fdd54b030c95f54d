"""`pmcds serve`: the application under uvicorn, stopped gracefully."""

from __future__ import annotations

import os

import uvicorn
from starlette.applications import Starlette

from pmcds.api import Engine
from pmcds.knowledge import Knowledge
from pmcds.server import logs
from pmcds.server.app import create_app
from pmcds.server.config import Config, load
from pmcds.settings import Settings

# How worker processes are told what the first one was configured with.
_HANDED_ON = "PMCDS_CONFIG_JSON"


def engine_of(config: Config) -> Engine:
    """An engine with the cards and the language of the configuration."""
    knowledge = Knowledge.bundled()
    if config.cards is not None:
        knowledge = knowledge + Knowledge.from_path(config.cards)
    return Engine(knowledge, Settings(language=config.language, notices=config.notices, families=config.families))


def worker() -> Starlette:
    """The application of a worker process."""
    config = Config.model_validate_json(os.environ[_HANDED_ON])
    logs.set_up(config.log_level)
    return create_app(engine_of(config), config, own_process=True)


def run(config: Config) -> None:
    """Serve until the process is told to stop; calls under way are finished first."""
    logs.set_up(config.log_level)
    options = {
        "host": config.host,
        "port": config.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": True,
        "timeout_keep_alive": 15,
        "timeout_graceful_shutdown": int(config.limits.stop_seconds),
        "limit_concurrency": config.limits.connections,
        "h11_max_incomplete_event_size": 32 * 1024,
        "proxy_headers": False,
    }
    logs.event("start", host=config.host, port=config.port, workers=config.workers, tokens=config.authenticated)
    if config.workers > 1:
        os.environ[_HANDED_ON] = config.model_dump_json()
        uvicorn.run("pmcds.server.running:worker", factory=True, workers=config.workers, **options)  # type: ignore[arg-type]
    else:
        uvicorn.run(create_app(engine_of(config), config, own_process=True), **options)  # type: ignore[arg-type]


__all__ = ["engine_of", "load", "run", "worker"]
