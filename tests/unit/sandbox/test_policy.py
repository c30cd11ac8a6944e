"""What the shipped policies decide, read off the compiled program by an independent BPF machine."""

from __future__ import annotations

import os
import sys
from errno import (
    EACCES,
    EAFNOSUPPORT,
    EINVAL,
    ENOMEM,
    ENOPROTOOPT,
    ENOSYS,
    ENOTTY,
    EOPNOTSUPP,
    EPERM,
    EPROTONOSUPPORT,
    ESOCKTNOSUPPORT,
)
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.kernel import syscalls
from judge.kernel.seccomp import ALLOW, NOTIFY, assemble, audit_arch, fail
from judge.sandbox.policy import ALLOWED, BY_ARGUMENT, HOSTILE, POLICIES, SOFT

sys.path.insert(0, str(Path(__file__).parent.parent / "kernel"))
import bpf_machine

MACHINES = ("x86_64", "aarch64")
GARBAGE = 0xDEAD_BEEF << 32
AF_VSOCK, AF_NETLINK, AF_PACKET, AF_ALG, AF_TIPC = 40, 16, 17, 38, 30


@cache
def program(policy: str, machine: str) -> bytes:
    return assemble(POLICIES[policy], machine)


def decide(name: str, *args: int, policy: str = "default", machine: str = "x86_64") -> int:
    data = bpf_machine.seccomp_data(audit_arch(machine), syscalls.numbers(machine)[name], args)
    return bpf_machine.run(program(policy, machine), data)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_the_kernel_would_take_every_policy(policy: str, machine: str) -> None:
    bpf_machine.check(program(policy, machine))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_hostile_calls_end_the_run(policy: str, machine: str) -> None:
    for name in set(HOSTILE) & set(syscalls.numbers(machine)):
        assert decide(name, policy=policy, machine=machine) == NOTIFY, name


def test_no_call_is_listed_twice() -> None:
    lists = [set(ALLOWED), set(HOSTILE), set(BY_ARGUMENT), *(set(names.split()) for names in SOFT.values())]
    assert sum(map(len, lists)) == len(set().union(*lists))
    assert len(ALLOWED) == len(set(ALLOWED))


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_the_future_do_not_exist(machine: str) -> None:
    for number in (480, 511, 512, 547, 1000, 0x3FFF_FFFF):
        data = bpf_machine.seccomp_data(audit_arch(machine), number)
        assert bpf_machine.run(program("default", machine), data) == fail(ENOSYS)


DECISIONS = [
    # What everybody needs.
    ("read", (), ALLOW),
    ("mmap", (0, 4096, 3, 0x22, -1, 0), ALLOW),
    ("clone", (0x3D0F00,), ALLOW),  # a thread, as glibc makes it
    ("clone", (0x1200011,), ALLOW),  # fork, as glibc makes it
    ("clone", (0x4111,), ALLOW),  # posix_spawn
    ("prctl", (15,), ALLOW),  # PR_SET_NAME
    ("ioctl", (0, 0x5401), ALLOW),  # TCGETS, by isatty
    ("ioctl", (0, 0x541B), ALLOW),  # FIONREAD
    ("fcntl", (0, 3), ALLOW),
    ("fcntl", (0, 1030), ALLOW),  # F_DUPFD_CLOEXEC
    ("madvise", (0, 4096, 4), ALLOW),
    ("memfd_create", (0, 1), ALLOW),
    ("socket", (1, 1, 0), ALLOW),
    ("socket", (1, 0x80802, 0), ALLOW),  # AF_UNIX, DGRAM | CLOEXEC | NONBLOCK
    ("openat", (-100, 0, os.O_DIRECTORY | os.O_CLOEXEC), ALLOW),
    ("fcntl", (0, 4, os.O_NONBLOCK | os.O_APPEND), ALLOW),  # F_SETFL
    ("pipe2", (0, os.O_DIRECT), ALLOW),  # packets, no disk
    ("socketpair", (1, 1, 0), ALLOW),
    ("setsockopt", (3, 1, 2), ALLOW),  # SO_REUSEADDR
    ("setsockopt", (3, 6, 26), ALLOW),  # TCP option 26 is not SO_ATTACH_FILTER
    ("prlimit64", (0, 7, 0x7FFF_0000_0000, 0), ALLOW),
    ("prlimit64", (1, 7, 0, 0x7FFF_0000_0000), ALLOW),
    ("kill", (2, 9), ALLOW),
    ("kill", (-1, 9), ALLOW),
    ("setpriority", (0, 0, 5), ALLOW),
    ("mknodat", (-100, 0, 0o010644, 0), ALLOW),  # a FIFO
    ("personality", (0xFFFF_FFFF,), ALLOW),
    ("personality", (0x40000,), ALLOW),
    ("personality", (0,), ALLOW),
    ("fadvise64", (3, 0, 0, 2), ALLOW),
    ("preadv2", (3, 0, 1, 0, 0, 1), ALLOW),
    ("unshare", (0x400,), ALLOW),  # CLONE_FILES
    # Namespaces.
    *[("clone", (bit | 17,), NOTIFY) for bit in (1 << 17, 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30)],
    ("clone", (GARBAGE | 0x1000_0011,), NOTIFY),
    *[("unshare", (bit,), NOTIFY) for bit in (0x80, 1 << 17, 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30)],
    ("clone3", (), fail(ENOSYS)),
    ("ioctl", (3, 0xB701), fail(ENOTTY)),  # NS_GET_USERNS
    ("ioctl", (3, GARBAGE | 0xB702), fail(ENOTTY)),
    # Sockets.
    *[("socket", (family, 1, 0), fail(EAFNOSUPPORT)) for family in (0, AF_VSOCK, AF_NETLINK, AF_PACKET, AF_ALG, 45)],
    ("socket", (GARBAGE | AF_VSOCK, 1, 0), fail(EAFNOSUPPORT)),
    ("socket", (GARBAGE | 1, 1, 0), ALLOW),
    ("socket", (2, 3, 1), fail(ESOCKTNOSUPPORT)),  # SOCK_RAW
    ("socket", (2, 5, 132), fail(ESOCKTNOSUPPORT)),  # SCTP would load a module
    ("socket", (2, 1, 262), fail(EPROTONOSUPPORT)),  # MPTCP
    ("socket", (2, 2, 1), fail(EPROTONOSUPPORT)),  # ping
    ("socketpair", (AF_TIPC, 1, 0), fail(EAFNOSUPPORT)),
    *[("setsockopt", (3, 1, option), fail(EPERM)) for option in (26, 50, 51, 52)],
    # Noted, and let happen by the supervisor.
    ("socket", (2, 0x80001, 0), NOTIFY),
    ("socket", (10, 2, 17), NOTIFY),
    ("setsockopt", (3, 41, 32), fail(ENOPROTOOPT)),  # IPV6_FLOWLABEL_MGR
    ("setsockopt", (3, GARBAGE | 41, GARBAGE | 32), fail(ENOPROTOOPT)),
    ("setsockopt", (3, 41, 26), ALLOW),  # IPV6_V6ONLY
    ("setsockopt", (3, 0, 51), fail(ENOPROTOOPT)),  # IP_LOCAL_PORT_RANGE
    ("setsockopt", (3, 0, 1), ALLOW),  # IP_TOS
    *[("getsockopt", (3, 1, option), fail(ENOPROTOOPT)) for option in (57, 71, GARBAGE | 57)],  # SO_*COOKIE
    ("getsockopt", (3, 1, 4), ALLOW),  # SO_ERROR
    ("getsockopt", (3, 6, 57), ALLOW),
    # Terminals.
    ("ioctl", (0, 0x5412), NOTIFY),
    ("ioctl", (0, GARBAGE | 0x5412), NOTIFY),
    ("ioctl", (0, 0x541C), NOTIFY),
    ("ioctl", (0, 0x5423), fail(EPERM)),
    # Shared inodes and the page cache.
    ("flock", (3, 2), NOTIFY),
    *[("fcntl", (3, command), NOTIFY) for command in (5, 6, 7, 36, 37, 38)],
    ("fcntl", (3, GARBAGE | 6), NOTIFY),
    *[("fcntl", (3, GARBAGE | command), fail(EINVAL)) for command in (1024, 1025, 1026)],
    ("inotify_init1", (), fail(ENOSYS)),
    ("cachestat", (), fail(ENOSYS)),
    ("preadv2", (3, 0, 1, 0, 0, 8), fail(EOPNOTSUPP)),
    ("fadvise64", (3, 0, 0, 4), fail(0)),
    ("sync", (), fail(0)),
    *[("madvise", (0, 4096, advice), fail(EINVAL)) for advice in (12, 20, 21)],
    # The disk.
    ("openat", (-100, 0, GARBAGE | os.O_DIRECT | os.O_CLOEXEC), fail(EINVAL)),
    ("openat2", (), fail(ENOSYS)),
    ("fcntl", (3, 4, os.O_DIRECT | os.O_NONBLOCK), fail(EINVAL)),
    ("preadv2", (3, 0, 1, 0, 0, 0x80), fail(EOPNOTSUPP)),  # RWF_DONTCACHE
    ("pwritev2", (3, 0, 1, 0, 0, 0x81), fail(EOPNOTSUPP)),
    *[("fcntl", (3, hint), fail(EINVAL)) for hint in (1036, 1038)],  # F_SET_RW_HINT
    # The launcher.
    *[(name, (1, 9), fail(EPERM)) for name in ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "pidfd_open")],
    ("kill", (GARBAGE | 1, 9), fail(EPERM)),
    ("prlimit64", (1, 7, 0x1000, 0), fail(EPERM)),
    ("prlimit64", (1, 7, 1 << 32, 0), fail(EPERM)),
    ("setrlimit", (4, 0x1000), fail(0)),  # RLIMIT_CORE
    ("setrlimit", (7, 0x1000), ALLOW),
    ("prlimit64", (0, 4, 0x1000, 0), fail(0)),
    ("prlimit64", (0, GARBAGE | 4, 0x1000, 0), fail(0)),
    ("prlimit64", (0, 4, 0, 0x1000), ALLOW),
    ("setpriority", (0, 1, 19), fail(EPERM)),
    ("setpriority", (1, 0, 19), fail(EPERM)),
    ("setpriority", (2, 0, 19), fail(EPERM)),
    ("ioprio_set", (1, 1, 0), fail(EPERM)),
    ("ioprio_set", (3, 0, 0), fail(EPERM)),
    ("sched_setscheduler", (1, 5), fail(EPERM)),
    ("sched_setaffinity", (0, 8), fail(EPERM)),
    # Memory beside the limit.
    ("mmap", (0, 1 << 21, 3, 0x40022, -1, 0), fail(ENOMEM)),
    ("mmap", (0, 1 << 21, 3, 0x5404_0022, -1, 0), fail(ENOMEM)),
    ("memfd_create", (0, 4), fail(ENOMEM)),
    ("memfd_create", (0, 0x5400_0005), fail(ENOMEM)),
    ("memfd_secret", (), fail(ENOSYS)),
    ("shmget", (), fail(ENOSYS)),
    ("mq_open", (), fail(ENOSYS)),
    # Privilege.
    ("personality", (8,), fail(EPERM)),  # PER_LINUX32
    ("personality", (0x400000,), fail(EPERM)),  # READ_IMPLIES_EXEC
    ("personality", (0x100000,), fail(EPERM)),  # MMAP_PAGE_ZERO
    ("prctl", (22,), fail(EPERM)),  # PR_SET_SECCOMP
    ("prctl", (GARBAGE | 22,), fail(EPERM)),
    ("prctl", (28,), fail(EPERM)),  # PR_SET_SECUREBITS
    ("prctl", (62,), fail(EINVAL)),  # PR_SCHED_CORE
    ("prctl", (67,), fail(EINVAL)),  # PR_SET_MEMORY_MERGE
    ("mknodat", (-100, 0, 0o020666, 0x103), fail(EPERM)),
    ("mknodat", (-100, 0, 0o060666, 0x103), fail(EPERM)),
    ("perf_event_open", (), fail(EACCES)),
    ("io_uring_setup", (), fail(ENOSYS)),
    ("seccomp", (), fail(EPERM)),
    ("name_to_handle_at", (), fail(EOPNOTSUPP)),
]


def test_the_old_call_opens_nothing_past_the_page_cache() -> None:
    assert decide("open", 0, os.O_DIRECT) == fail(EINVAL)
    assert decide("open", 0, os.O_RDWR | os.O_CREAT) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "args", "expected"), DECISIONS)
def test_decision(name: str, args: tuple[int, ...], expected: int, machine: str) -> None:
    assert decide(name, *args, machine=machine) == expected


@given(flags=st.integers(0, 2**64 - 1))
def test_clone_passes_exactly_when_it_asks_for_no_namespace(flags: int) -> None:
    asks = flags & 0x7E02_0000
    assert decide("clone", flags) == (NOTIFY if asks else ALLOW)


@given(family=st.integers(0, 2**64 - 1), kind=st.integers(0, 2**32 - 1), protocol=st.integers(0, 300))
def test_only_unix_tcp_and_udp_sockets_exist(family: int, kind: int, protocol: int) -> None:
    allowed = decide("socket", family, kind, protocol) in (ALLOW, NOTIFY)  # those of the internet are noted
    low = family & 0xFFFF_FFFF
    assert allowed == (low == 1 or (low in (2, 10) and kind & 0xF in (1, 2) and protocol in (0, 6, 17)))
