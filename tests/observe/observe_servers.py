"""Servers for the tests of this folder, and how to talk to them; the fixtures are in conftest.py."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: A server that is not up by then will not come.
START_S = 120


def start(command: list[str], log_path: Path) -> subprocess.Popen[bytes]:
    """A process that does not outlive this one; its output goes to a file."""
    with log_path.open("wb") as log:
        return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdout=log, stderr=subprocess.STDOUT)


def until(condition: Callable[[], object], what: str) -> None:
    """Ask until the answer is true; fails with what was waited for."""
    deadline = time.monotonic() + START_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {START_S} s for {what}"


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus server."""

    url: str

    def api(self, path: str, **parameters: str) -> object:
        """The ``data`` of an API answer."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}") as response:
            return json.load(response)["data"]

    def query(self, expression: str) -> dict[tuple[tuple[str, str], ...], float]:
        """An instant vector: label pairs (sorted) -> value."""
        data = self.api("query", query=expression)
        assert isinstance(data, dict)
        return {tuple(sorted(item["metric"].items())): float(item["value"][1]) for item in data["result"]}

    def value(self, expression: str) -> float | None:
        """The one value of an expression, None when it has none."""
        values = list(self.query(expression).values())
        assert len(values) <= 1
        return values[0] if values else None

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            urllib.request.urlopen(f"{self.url}/-/ready").close()
        except (OSError, urllib.error.HTTPError):
            return False
        return True


StartPrometheus = Callable[[Mapping[str, object]], Prometheus]


def scrape_config(*addresses: str) -> dict[str, object]:
    """Scrape these exporters five times a second."""
    return {
        "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms"},
        "scrape_configs": [{"job_name": "judge", "static_configs": [{"targets": list(addresses)}]}],
    }
