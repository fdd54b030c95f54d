"""The server as a process of its own, with knowledge that was read before (so that it starts fast)."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

import pmcds
from pmcds.server import Config

_PROGRAM = "import sys; from tests.server.process import main; main(*sys.argv[1:])"
ROOT = Path(__file__).resolve().parents[2]


def main(knowledge: str, config: str) -> None:
    """Run in the child: serve until stopped."""
    from pmcds.server import running

    running.engine_of = lambda _: pmcds.Engine(pickle.loads(Path(knowledge).read_bytes()))
    running.run(Config.model_validate_json(config))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def keep_knowledge(folder: Path) -> Path:
    """A file with the bundled knowledge, read once."""
    file = folder / "knowledge.pickle"
    if not file.exists():
        file.write_bytes(pickle.dumps(pmcds.Knowledge.bundled()))
    return file


class Process:
    """A server on a loopback port; `log` has what it wrote to standard error."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "log.txt"
        values = {"port": port, "feedback": {"url": f"sqlite:///{folder / 'feedback.db'}"}} | settings
        config = json.dumps(Config.model_validate(values).model_dump(mode="json"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(keep_knowledge(folder)), config],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until calls are answered."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if requests.get(self.url + "/readyz", timeout=2).status_code == 200:
                    return
            except requests.ConnectionError:
                assert self._process.poll() is None, self.log.read_text()[-2000:]
            time.sleep(0.05)
        raise TimeoutError

    def kill(self) -> None:
        """The hardest end."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """The gentle end; the exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)
