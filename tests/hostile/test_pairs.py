"""Two slots at once: their programs can neither talk to nor starve each other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from arena import Arena, corpus

from judge.host.attack import Attack

#: Known and open. See docs/seccomp.md, "What it does not close".
OPEN = {
    "pair_futex": pytest.mark.xfail(
        reason="a futex's key is the page of the file, and layers are shared", strict=False
    ),
    "pair_page_cache": pytest.mark.xfail(reason="layers are shared, and so are their pages in memory", strict=False),
    "pair_lock_race": pytest.mark.xfail(
        reason="what a descriptor means can change after the look, and all eventfds share an inode", strict=False
    ),
}
PAIRS = [
    pytest.param(attack, id=attack.path.name, marks=OPEN.get(attack.name, ()))
    for attack in corpus()
    if attack.mode == "pair"
]


@pytest.fixture(scope="module")
def neighbour(artifact: Path, state_dir: Path, arena: Arena) -> Iterator[Arena]:
    """A second slot, beside the session's."""
    with ExitStack() as stack:
        other = Arena(stack, state_dir, artifact, index=1)
        other.measure()
        yield other


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("attack", PAIRS)
def test_pair(attack: Attack, arena: Arena, neighbour: Arena) -> None:
    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(arena.attack, attack, "a"), pool.submit(neighbour.attack, attack, "b")]
        complaints = [attack.complaint(end.result()) for end in ends]
    assert complaints == ["", ""]
    arena.assert_unharmed()
    neighbour.assert_unharmed()
