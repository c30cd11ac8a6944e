"""Makes what the offered languages prepare, one after the other, in the process that tests languages.

So it happens at a worker's start and whenever a toolchain changes, beside what is judged: in a slot of its own with the
least weight, in a process that yields the CPU, never in a submission. Slots use a layer from their next work on. What
fails is told with its reason; the language is judged without.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from judge.config import Settings
from judge.errors import HostError, JudgeError
from judge.model.language import LanguageSpec
from judge.model.units import MIB
from judge.rootfs.layers import LayerKind
from judge.toolchain.compile import OpenContainer
from judge.toolchain.preparing import PREPARED_BYTES_MAX, PreparationFailures
from judge.toolchain.roots import Toolchains
from judge_workers.node.health import Health

#: Less is not worth a try.
_ROOM_BYTES_MIN = 1 * MIB

log = logging.getLogger(__name__)


class Preparer:
    """See the module. Nothing is prepared where the settings say so."""

    def __init__(self, settings: Settings, toolchains: Toolchains) -> None:
        self._is_wanted = settings.worker.prepare
        self._bytes_max = settings.layers.prepared_bytes_max
        self._disk_free_min_bytes = settings.worker.disk_free_min_bytes
        self._health = Health(settings.state, self._disk_free_min_bytes)
        self._toolchains = toolchains
        self._failures = PreparationFailures(settings.state)

    def waiting(self, languages: Iterable[LanguageSpec]) -> tuple[LanguageSpec, ...]:
        """Those whose prepared files are to be made."""
        return tuple(
            language
            for language in languages
            if self._is_wanted and not self._toolchains.is_prepared(language) and not self._reason(language)
        )

    def failed(self, languages: Iterable[LanguageSpec]) -> dict[str, str]:
        """Language -> why it is judged without what it prepares, of those that were tried in vain."""
        reasons = {
            language.id: self._reason(language)
            for language in languages
            if self._is_wanted and not self._toolchains.is_prepared(language)
        }
        return {name: reason for name, reason in reasons.items() if reason}

    def prepare(
        self, languages: Iterable[LanguageSpec], open_container: OpenContainer, report: Callable[[], object]
    ) -> None:
        """Make what is waited for, in this order; ``report`` is called after each. Blocks for seconds each."""
        for language in self.waiting(languages):
            request = self._toolchains.prepare_request(language)
            try:
                room = self._room_bytes()
                if room < _ROOM_BYTES_MIN:
                    raise HostError(f"no room below prepared_bytes_max ({self._bytes_max // MIB} MiB) and on the disk")
                self._toolchains.prepare(language, open_container, min(room, PREPARED_BYTES_MAX))
            except JudgeError as error:
                log.warning("%s is judged without what it prepares: %s", language.id, error)
                self._failures.record(language.id, request, str(error))
            else:
                log.info("prepared %s", language.id)
                self._failures.forget(language.id)
            report()

    def clear_up(self, languages: Sequence[LanguageSpec]) -> None:
        """Remove what was prepared for none of these, and what killed makers left."""
        self._toolchains.layers.sweep()
        self._toolchains.drop_unused(languages)

    def _reason(self, language: LanguageSpec) -> str:
        return self._failures.reason(language.id, self._toolchains.prepare_request(language))

    def _room_bytes(self) -> int:
        """What may still be prepared. A layer is copied once while it is made."""
        taken = sum(layer.size_bytes for layer in self._toolchains.layers.of_kind(LayerKind.PREPARED))
        on_disk = (self._health.disk_free_bytes() - self._disk_free_min_bytes) // 2
        return min(self._bytes_max - taken, on_disk)
