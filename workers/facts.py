"""What this node tells the metrics about itself: found by the probe at its start, or measured now and then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from judge.config import Settings
from judge.depot import tree_bytes, unpacked_packages
from judge.observe.record import CacheMeasured, LanguageReady, Record, SelfTested
from judge.store import STORE_BYTES_MAX, ArtifactStore
from workers.problems import packages_directory
from workers.profile import load_profile


def node_facts(settings: Settings) -> Iterator[Record]:
    """Languages, self-test and caches as records; walks through the caches' directories."""
    profile = load_profile(settings)
    for language in profile.info.languages:
        yield LanguageReady(language, True)
    for language in profile.languages_missing:
        yield LanguageReady(language, False)
    for attack in profile.attacks_held:
        yield SelfTested(attack, True)
    state_dir = Path(settings.state_dir)
    if (state_dir / "artifacts").is_dir():
        usage = ArtifactStore(state_dir / "artifacts").usage()
        yield CacheMeasured("artifacts", usage.size_bytes, STORE_BYTES_MAX, usage.entries)
    cache = packages_directory(settings)
    if cache.is_dir():
        packages = unpacked_packages(cache)
        size_bytes = sum(map(tree_bytes, packages))
        yield CacheMeasured("packages", size_bytes, settings.package_cache_bytes, len(packages))
