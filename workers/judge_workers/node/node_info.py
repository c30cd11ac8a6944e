"""What this node reports about itself to the metrics: found by the probe at its start, or measured now and then."""

from __future__ import annotations

from collections.abc import Iterator

from judge.blobs.package_cache import tree_bytes, unpacked_packages
from judge.config import Settings
from judge.observe.metrics.pipe_records import CacheMeasured, LanguageReady, Record, SelfTested
from judge.toolchain.artifacts import STORE_BYTES_MAX, ArtifactStore
from judge_workers.profile import load_profile


def node_info(settings: Settings) -> Iterator[Record]:
    """Languages, self-test and caches as records; walks through the caches' directories."""
    profile = load_profile(settings.state)
    for language in profile.info.languages:
        yield LanguageReady(language, True)
    for language in profile.languages_missing:
        yield LanguageReady(language, False)
    for attack in profile.attacks_held:
        yield SelfTested(attack, True)
    if settings.state.artifacts.is_dir():
        usage = ArtifactStore(settings.state.artifacts).usage()
        yield CacheMeasured("artifacts", usage.size_bytes, STORE_BYTES_MAX, usage.entries)
    cache = settings.state.packages
    if cache.is_dir():
        packages = unpacked_packages(cache)
        size_bytes = sum(map(tree_bytes, packages))
        yield CacheMeasured("packages", size_bytes, settings.packages.cache_bytes, len(packages))
