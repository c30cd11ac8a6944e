"""What a node knows about itself, reported to the metrics now and then: languages, self-test, sizes of caches."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Self

from judge.errors import JudgeError
from judge.observe.metrics.pipe_records import Record

#: How often it is gathered: walking through a cache takes a while.
EVERY_S = 60.0

#: Gathers it as records; may block for seconds.
GatherNodeInfo = Callable[[], Iterable[Record]]

log = logging.getLogger(__name__)


class NodeInfoGatherer:
    """Gathers in a thread of its own: neither a scrape nor the pipe waits for a disk. A context manager."""

    def __init__(self, gather: GatherNodeInfo, apply: Callable[[Record], None], every_s: float = EVERY_S) -> None:
        self._gather = gather
        self._apply = apply
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="node-info", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def gather_once(self) -> None:
        """Gather and apply; what cannot be found out is logged and left as it was."""
        try:
            for record in self._gather():
                self._apply(record)
        except (JudgeError, OSError) as error:
            log.warning("cannot find out what this node has: %s", error)

    def _run(self) -> None:
        while not self._ended.is_set():
            self.gather_once()
            self._ended.wait(self._every_s)
