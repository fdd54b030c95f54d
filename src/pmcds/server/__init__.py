"""The reference server (extra `server`): CDS Hooks over HTTP around one engine.

app = create_app(pmcds.Engine(), Config())
"""

from __future__ import annotations

from pmcds.server.app import create_app
from pmcds.server.config import Config, load

__all__ = ["Config", "create_app", "load"]
