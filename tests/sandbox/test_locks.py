"""File locks in a slot: they exclude as anywhere else, and end with the run."""

from __future__ import annotations

import pytest
from sandbox_harness import Stage

_EXCLUDES = """
import fcntl, os, struct
held, other = os.open("{path}", os.O_CREAT | os.O_RDWR, 0o600), os.open("{path}", os.O_RDWR)
to_child, to_parent = os.pipe(), os.pipe()
WRITE, UNLOCK = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0), struct.pack("hhqqi4x", fcntl.F_UNLCK, 0, 0, 0, 0)
def lock(fd, wait=False):
    if "{kind}" == "flock":
        fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    elif "{kind}" == "posix":
        fcntl.fcntl(fd, fcntl.F_SETLKW if wait else fcntl.F_SETLK, WRITE)
    else:
        fcntl.fcntl(fd, 38 if wait else 37, WRITE)
if os.fork() == 0:
    lock(other)
    os.write(to_parent[1], b"h")
    os.read(to_child[0], 1)
    os._exit(0)
os.close(other)
os.read(to_parent[0], 1)
try:
    lock(held)
    print("both hold it")
except BlockingIOError:
    print("excluded")
os.write(to_child[1], b"g")
lock(held, wait=True)
print("waited")
"""


@pytest.mark.parametrize("path", ["/work/l", "/tmp/l", "/dev/shm/l"])
@pytest.mark.parametrize("kind", ["flock", "posix", "ofd"])
def test_one_process_at_a_time_holds_a_lock(stage: Stage, kind: str, path: str) -> None:
    assert stage.says(_EXCLUDES.format(kind=kind, path=path)).split() == ["excluded", "waited"]


def test_a_program_learns_who_holds_a_lock(stage: Stage) -> None:
    asking = """
import fcntl, os, struct
fd = os.open("l", os.O_CREAT | os.O_RDWR)
fcntl.lockf(fd, fcntl.LOCK_EX)
owner = os.getpid()
if os.fork() == 0:
    kind, _, _, _, pid = struct.unpack("hhqqi4x", fcntl.fcntl(fd, 5, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)))
    os._exit(0 if (kind, pid) == (fcntl.F_WRLCK, owner) else 1)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    assert stage.says(asking) == "0"


def test_a_file_database_works(stage: Stage) -> None:
    database = """
import sqlite3
db = sqlite3.connect("a.db")
db.execute("create table t(a)")
for number in range(20):
    db.execute("insert into t values (?)", (number,))
    db.commit()
print(sqlite3.connect("a.db").execute("select sum(a) from t").fetchone()[0])
"""
    assert stage.says(database) == "190"


def test_locks_are_bounded_by_the_memory_limit(stage: Stage) -> None:
    taking = """
import errno, fcntl
file, taken = open("l", "w"), 0
try:
    while taken < 20000:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 2 * (taken % 100))
        taken += 1
except OSError as error:
    print(errno.errorcode[error.errno], taken)
"""
    done = stage.python(taking, memory_bytes=16 << 20)
    assert done.stdout.text() == f"ENOLCK {16 << 10}\n", (done.result, done.stderr.text())


def test_a_lock_ends_with_its_run(stage: Stage) -> None:
    """On files of the root, which the runs of a slot share; the second run must not find it held."""
    locking = "import fcntl; f = open('/etc/passwd'); fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB); print('held')"
    assert [stage.says(locking), stage.says(locking)] == ["held", "held"]


def test_signals_do_not_disturb_a_lock_call(stage: Stage) -> None:
    """They interrupt the wait for the supervisor's answer: the call is made again."""
    text = """
import fcntl, signal
ticks = 0
def tick(*_):
    global ticks
    ticks += 1
signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
file, taken = open("l", "w"), 0
while ticks < 200 or taken < 500:
    fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.lockf(file, fcntl.LOCK_EX)
    taken += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print("all taken")
"""
    assert stage.says(text) == "all taken"
