"""The application: everything put together, for any ASGI server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from pmcds.api import Engine
from pmcds.server.config import Config
from pmcds.server.gate import HANDLED, Gate, on_error
from pmcds.server.routes import routes
from pmcds.server.state import Server
from pmcds.server.store import Store


def create_app(
    engine: Engine | None = None,
    config: Config | None = None,
    *,
    store: Store | None = None,
    own_process: bool = False,
) -> Starlette:
    """The reference server as a Starlette application.

    engine   the bundled knowledge if not given
    config   every default is safe on a loopback address
    store    replaces the feedback store of the configuration; it is closed with the application
    own_process  the process serves nothing else: what the start builds is kept out of garbage collection, which would
                 otherwise stop a call for a tenth of a second now and then

    Raises InputError for a configuration that cannot be used.
    """
    config = config if config is not None else Config()
    server = Server(engine if engine is not None else Engine(), config, store, own_process=own_process)
    endpoints = routes(server)
    if config.page_on:
        from pmcds.server.page import page_routes

        endpoints += page_routes()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(server.start)
        try:
            yield
        finally:
            await run_in_threadpool(server.stop)

    app = Starlette(
        routes=endpoints,
        lifespan=lifespan,
        middleware=[Middleware(Gate, server=server)],
        exception_handlers=dict.fromkeys(HANDLED, on_error),
    )
    app.router.redirect_slashes = False
    app.state.server = server
    return app
