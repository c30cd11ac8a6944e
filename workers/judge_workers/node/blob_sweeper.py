"""Ends what is over of blobs: expired ones, uploads that were never finished, what killed writers left in the store.

A thread beside the heartbeat, with a connection of its own: a store that answers slowly must not cost a lease. Every
worker sweeps; Redis gives each piece of work to one of them at a time, and again when that one did not get it done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from judge.blobs.store import BlobStore, is_blob_object
from judge.errors import BlobStoreError, JudgeError
from judge.queue import blob_calls
from judge.queue.redis_queue import Queue
from judge.tenant_blobs.place import BlobPlace

#: Between two sweeps of one worker.
SWEEP_EVERY_S = 2.0

#: At most this many files are removed at a time, and another worker tries those that were not after this long.
SWEEP_MOST = 100
AGAIN_MS = 120_000

#: An upload is given up this long after the end of its time: its client's clock may run a little slower.
GRACE_MS = 60_000

#: How old half-written files of the store are when they are removed, and how often that is looked at.
HALF_WRITTEN_S = 86_400.0
STORE_EVERY_S = 3600.0

log = logging.getLogger(__name__)


class BlobSweeper:
    """Sweeps until it is stopped. ``queue`` is this object's alone."""

    def __init__(self, queue: Queue, place: BlobPlace, every_s: float = SWEEP_EVERY_S) -> None:
        self._queue = queue
        self._place = place
        self._every_s = every_s
        self._stopped = threading.Event()
        self._store_due_s = 0.0
        self._said = ""  # what the last sweep failed with; nothing is said twice in a row
        self._thread = threading.Thread(target=self._run, name="blob-sweeper", daemon=True)

    def __enter__(self) -> BlobSweeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(1.0)  # a store that does not answer holds up nobody's end

    def sweep(self, grace_ms: int = GRACE_MS) -> int:
        """One sweep; returns how many files it removed from the store.

        Raises QueueError, and BlobStoreError for the first file that the store did not remove; the others are.
        """
        removed: list[str] = []
        count, failed = 0, None
        while due := self._queue.run(blob_calls.sweep(SWEEP_MOST, AGAIN_MS, grace_ms, removed)):
            removed, error = self._removed(self._place.store(), due)
            failed = failed or error
            count += len(removed)
            if self._stopped.is_set():
                break  # what is removed comes again, to another worker: it is removed already
        if failed is not None:
            raise failed
        return count

    def _removed(self, store: BlobStore, due: Sequence[str]) -> tuple[list[str], BlobStoreError | None]:
        """What is dealt with until this is stopped, and the first failure."""
        removed, failed = [], None
        for item in due:
            if self._stopped.is_set():
                break
            name = item.partition(" ")[0]
            try:
                if is_blob_object(name):
                    store.remove(name)
                else:  # it would be a path: nobody who follows the protocol has put it there
                    log.warning("not removed from the store of blobs: %r is no name of a blob", name)
                removed.append(item)
            except BlobStoreError as error:
                failed = failed or error
        return removed, failed

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            self._sweep_and_say()

    def _sweep_and_say(self) -> None:
        """One sweep. A failure that lasts, such as a store that nobody has set, is said once."""
        said = ""
        try:
            self.sweep()
            self._sweep_store()
        except JudgeError as error:
            said = f"{error}"
            if said != self._said:
                log.warning("sweeping blobs: %s", said)
        except Exception:
            log.exception("sweeping blobs")
        self._said = said

    def _sweep_store(self) -> None:
        if not self._place.is_set or time.monotonic() < self._store_due_s:
            return
        self._store_due_s = time.monotonic() + STORE_EVERY_S
        try:
            self._place.store().sweep(HALF_WRITTEN_S)
        except BlobStoreError as error:
            log.info("half-written files of the store are left: %s", error)
