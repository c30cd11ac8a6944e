"""What a run writes is heard while it goes on, in order; both streams may be one."""

from __future__ import annotations

import msgspec
from sandbox_harness import Stage, limits, script

from judge.model.run import Outcome
from judge.model.units import MIB

#: Writes one word to each stream in turn, each only when the one before was read.
IN_TURN = """
import fcntl, os, struct, termios
for fd, word in ((1, b"a"), (2, b"bb"), (1, b"ccc"), (2, b"dddd")):
    os.write(fd, word)
    while struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0]:
        pass
"""

ALLOCATE = """
try:
    block = bytearray(100 << 20)
    print("got it")
except MemoryError:
    print("refused")
"""


def test_the_order_of_both_streams_is_heard(stage: Stage) -> None:
    heard: list[tuple[int, bytes]] = []
    done = stage.box.run(script(IN_TURN), hear=lambda stream, data: heard.append((stream, data)))
    assert done.result.ok, (done.result, done.stderr.text())
    assert heard == [(1, b"a"), (2, b"bb"), (1, b"ccc"), (2, b"dddd")]
    assert (done.stdout.read(), done.stderr.read()) == (b"accc", b"bbdddd")


def test_what_is_heard_is_all_that_is_kept_at_the_output_limit(stage: Stage) -> None:
    heard: list[bytes] = []
    flood = script("import os\nwhile True: os.write(1, bytes(1000))", stdout_bytes=100_001)
    done = stage.box.run(flood, hear=lambda stream, data: heard.append(data))
    assert done.result.outcome is Outcome.OUTPUT_LIMIT
    assert b"".join(heard) == done.stdout.read() == bytes(100_001)


def test_nothing_written_before_a_limit_is_lost(stage: Stage) -> None:
    text = "import os\nos.write(1, b'before'); os.write(2, b'beside')\nwhile True: pass"
    done = stage.python(text, cpu_time_ns=100_000_000, cpu_time_hard_ns=100_000_000)
    assert done.result.outcome is Outcome.CPU_LIMIT
    assert (done.stdout.read(), done.stderr.read()) == (b"before", b"beside")


def test_merged_streams_are_one_in_the_order_of_the_writes(stage: Stage) -> None:
    text = "import os\nfor index in range(500): os.write(1 + index % 2, b'%d ' % index)"
    done = stage.box.run(msgspec.structs.replace(script(text), merge_stderr=True))
    assert done.stdout.read() == b"".join(b"%d " % index for index in range(500))
    assert done.stderr.read() == b""
    apart = stage.python("import os; os.write(2, b'apart')")
    assert apart.stderr.read() == b"apart"


def test_malloc_fails_at_the_address_space_limit_and_only_in_that_run(stage: Stage) -> None:
    assert limits().memory_bytes >= 64 * MIB
    room = {"memory_bytes": 400 * MIB}
    assert stage.python(ALLOCATE, address_space_bytes=96 * MIB, **room).stdout.read() == b"refused\n"
    assert stage.python(ALLOCATE, **room).stdout.read() == b"got it\n"
    assert stage.python(ALLOCATE, address_space_bytes=300 * MIB, **room).stdout.read() == b"got it\n"


def test_an_address_space_too_small_to_start_in_is_a_memory_limit(stage: Stage) -> None:
    result = stage.python("print(1)", address_space_bytes=1 * MIB).result
    assert (result.outcome, result.cause) == (Outcome.MEMORY_LIMIT, "1048576 bytes are too few to execute it in")
    assert stage.says("print('well')") == "well"
