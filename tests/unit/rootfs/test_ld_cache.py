"""Reading the cache of shared libraries."""

from __future__ import annotations

import pytest
from fake_debian import ld_cache

from judge.rootfs.ld_cache import libraries

ENTRIES = [("liba.so.1", "/lib/liba.so.1"), ("liba.so.1", "/opt/liba.so.1"), ("libb.so", "/lib/libb.so")]


def test_every_entry_is_read_in_order() -> None:
    assert list(libraries(ld_cache(ENTRIES))) == ENTRIES


@pytest.mark.parametrize(
    "content",
    [b"", b"glibc-ld.so.cache1.1", b"ld.so-1.7.0" + bytes(60), ld_cache(ENTRIES)[:100], ld_cache(ENTRIES)[:-1]],
)
def test_what_is_no_cache_is_told(content: bytes) -> None:
    with pytest.raises(ValueError, match="cache of libraries"):
        list(libraries(content))
