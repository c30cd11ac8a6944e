"""How full the disk of the state directory is, asked at scrape."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

from prometheus_client import Metric as Family
from prometheus_client.registry import Collector

from judge.observe.metrics import series as metrics
from judge.observe.metrics.samples import Samples

log = logging.getLogger(__name__)


class DiskCollector(Collector):
    """The disk's series; absent when the directory is not there (statvfs(3))."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def collect(self) -> Iterator[Family]:
        """The families as of now."""
        yield from self._samples().collect()

    def text(self) -> str:
        """The same in the text format."""
        return self._samples().text()

    def _samples(self) -> Samples:
        samples = Samples((metrics.DISK_FREE, metrics.DISK_SIZE))
        try:
            disk = os.statvfs(self._directory)
        except OSError as error:
            log.warning("cannot tell how full %s is: %s", self._directory, error)
        else:
            samples.set(metrics.DISK_FREE, (), disk.f_bavail * disk.f_frsize)
            samples.set(metrics.DISK_SIZE, (), disk.f_blocks * disk.f_frsize)
        return samples
