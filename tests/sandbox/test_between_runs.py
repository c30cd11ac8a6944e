"""Nothing of a run is there for the next one, and a thousand runs leave nothing on the host."""

from __future__ import annotations

from pathlib import Path

import pytest
from sandbox_harness import Stage, actor, holdings, limits, script, zygote_descriptors

from judge.model.run import Outcome
from judge.model.units import MIB
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec, RunSpec

#: Prints all that a program can see of what was there before it.
LOOK = """
import os, resource, socket
def lines(path):
    try:
        return open(path).read().splitlines()
    except OSError as error:
        return [error.strerror]
for top in ('/work', '/tmp', '/dev/shm'):
    info, space = os.stat(top), os.statvfs(top)
    print(top, oct(info.st_mode), info.st_uid, info.st_gid, info.st_nlink, info.st_atime_ns == info.st_mtime_ns,
          sorted(os.listdir(top)), space.f_blocks, space.f_bfree, space.f_files, space.f_ffree)
node = os.stat('/dev/pts/ptmx')
print(sorted(os.listdir('/dev/pts')), oct(node.st_mode), node.st_uid, node.st_gid)
print(node.st_atime_ns == node.st_mtime_ns == node.st_ctime_ns)
print(os.getcwd(), oct(os.umask(0)), sorted(os.environ), os.nice(0), os.sched_getscheduler(0))
print([(name, resource.getrlimit(getattr(resource, name))) for name in sorted(dir(resource)) if name[:7] == 'RLIMIT_'])
print([line for path in ('unix', 'tcp', 'tcp6', 'udp', 'dev', 'snmp') for line in lines(f'/proc/self/net/{path}')[1:]])
print([int(pid) for pid in os.listdir('/proc') if pid.isdigit() and int(pid) != os.getpid()])
print(sorted(os.listdir('/proc/self/fd')), os.times().elapsed < 1e6, lines('/proc/self/coredump_filter'))
print(lines('/proc/self/oom_score_adj'), lines('/proc/self/timerslack_ns'), lines('/proc/self/limits'))
"""

DISTURB = {
    "files": "[open(top + '/left', 'w').write('x') for top in ('/work', '/tmp', '/dev/shm')]",
    "removed files": "import os; open('/work/f', 'w'); os.remove('/work/f'); os.mkdir('/tmp/d'); os.rmdir('/tmp/d')",
    "modes": "import os; os.chmod('/work', 0o777)",
    "no mode": "import os; os.chmod('/work', 0)",
    "times": "import os; os.utime('/work', (1, 2)); os.utime('/tmp')",
    "terminals": "import os; os.openpty(); os.openpty(); os.utime('/dev/pts/ptmx')",
    "held terminals": "import os, signal; a = os.openpty()\nif os.fork() == 0:\n    os.setsid(); signal.pause()",
    "abstract sockets": "import socket; s = socket.socket(socket.AF_UNIX); s.bind(b'\\0left'); s.listen()",
    "bound sockets": "import socket; s = socket.socket(socket.AF_UNIX); s.bind('/tmp/left')",
    "connections": "import socket as s; a = s.create_server(('127.0.0.1', 999 + 1000)); b = s.create_connection("
    "('127.0.0.1', 1999)); b.send(b'x'); a.accept()[0].recv(1)",
    "connections of version 6": "import socket as s; a = s.create_server(('::1', 1999), family=s.AF_INET6);"
    "b = s.create_connection(('::1', 1999)); b.send(b'x'); a.accept()[0].recv(1)",
    "datagrams": "import socket as s; a = s.socket(s.AF_INET, s.SOCK_DGRAM); a.sendto(b'x', ('127.0.0.1', 9))",
    "refused connections": "import socket as s; a = s.socket(); print(a.connect_ex(('127.0.0.1', 9)))",
    "processes": "import os, signal\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid(); signal.pause()",
    "stopped processes": "import os, signal\nif os.fork() == 0:\n    os.kill(os.getpid(), signal.SIGSTOP)",
    "limits": "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (5, 5)); r.setrlimit(r.RLIMIT_CPU, (9, 9))",
    "priority": "import os; os.nice(19); os.umask(0o777); os.chdir('/tmp')",
    "environment": "import os; os.environ['LEFT'] = 'x'; os.putenv('LEFT', 'x')",
    "mapped memory": "import mmap, os; fd = os.memfd_create('left'); os.truncate(fd, 1 << 20); mmap.mmap(fd, 1 << 20)",
    "open deleted files": "import os; f = open('/dev/shm/f', 'wb'); f.write(bytes(1 << 20)); os.remove('/dev/shm/f')",
}


@pytest.mark.parametrize("what", DISTURB)
def test_a_run_finds_nothing_of_the_one_before(stage: Stage, what: str) -> None:
    untouched = stage.says(LOOK)
    done = stage.python(DISTURB[what])
    assert done.result.ok, done.stderr.text()
    assert stage.says(LOOK) == untouched


def test_the_network_is_a_new_one_once_it_was_used(stage: Stage) -> None:
    counters = "print(open('/proc/self/net/dev').read())"
    untouched = stage.says(counters)
    assert stage.python(DISTURB["connections"]).result.ok
    assert stage.says(counters) == untouched


def test_a_killed_run_leaves_no_more_than_one_that_ends(stage: Stage) -> None:
    untouched = stage.says(LOOK)
    text = DISTURB["files"] + "\n" + DISTURB["processes"] + "\nwhile True: pass"
    assert stage.python(text, cpu_time_ns=100_000_000).result.outcome is Outcome.CPU_LIMIT
    assert stage.says(LOOK) == untouched


def test_counters_begin_at_nothing_for_every_run(stage: Stage) -> None:
    assert stage.act("touch", 512).result.outcome is Outcome.MEMORY_LIMIT
    assert stage.act("forks", 10, processes=4).result.outcome is Outcome.PROCESS_LIMIT
    assert stage.act("burn", 200).result.ok
    usage = stage.act("exit", 0).result.usage
    assert (usage.oom_kills, usage.fork_failures) == (0, 0)
    assert usage.pids_peak in (None, 1)
    assert usage.cpu_time_ns < 100_000_000
    assert usage.memory_peak_bytes < 4 * MIB


def test_files_do_not_eat_the_memory_of_the_next_run(stage: Stage) -> None:
    fill = "open('/dev/shm/x', 'wb').write(bytes(40 << 20))"
    for _ in range(3):
        assert stage.python(fill, memory_bytes=64 * MIB).result.ok
        assert stage.act("touch", 60, memory_bytes=64 * MIB).result.ok


def test_disk_limits_are_those_of_the_run(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    network = script("import socket as s; s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))")
    with sandbox_slot.container(container_spec) as box:
        for disk in (1 * MIB, 8 * MIB, 1 * MIB):
            look = script("import os; s = os.statvfs('/work'); print(s.f_blocks * s.f_frsize)", disk_bytes=disk)
            assert int(box.run(look).stdout.read()) == disk
            box.run(RunSpec(argv=network.argv, limits=limits(disk_bytes=disk)))  # the next run has a new container
            assert int(box.run(look).stdout.read()) == disk


def test_a_thousand_runs_leave_nothing(sandbox_slot: Slot, container_spec: ContainerSpec, sandbox_state: Path) -> None:
    with sandbox_slot.container(container_spec):
        pass
    outside = holdings(sandbox_slot, sandbox_state)
    with sandbox_slot.container(container_spec) as box:
        for _ in range(10):
            box.run(actor("exit", 0))
        before = holdings(sandbox_slot, sandbox_state)
        for number in range(1000):
            assert box.run(actor("exit", number % 3)).result.exit_code == number % 3
        assert holdings(sandbox_slot, sandbox_state) == before
    assert holdings(sandbox_slot, sandbox_state) == outside


def test_a_hundred_containers_leave_nothing(
    sandbox_slot: Slot, container_spec: ContainerSpec, sandbox_state: Path
) -> None:
    with sandbox_slot.container(container_spec) as box:
        box.run(actor("exit", 0))
    before = holdings(sandbox_slot, sandbox_state)
    descriptors = zygote_descriptors(sandbox_slot)
    for _ in range(100):
        with sandbox_slot.container(container_spec) as box:
            assert box.run(actor("exit", 0), files={"a/b": b"c"}).result.ok
    assert holdings(sandbox_slot, sandbox_state) == before
    assert zygote_descriptors(sandbox_slot) == descriptors


def test_two_containers_at_once_share_nothing(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    with sandbox_slot.container(container_spec) as one, sandbox_slot.container(container_spec) as other:
        for _ in range(3):
            assert one.run(actor("fill", disk_bytes=1 * MIB)).result.outcome is Outcome.DISK_LIMIT
            assert Stage(other).says("import os; print(os.listdir('/work'))") == "[]"
