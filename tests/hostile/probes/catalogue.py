"""Prints all that a program can read of its surroundings, as one JSON object of names and values.

Everything readable under /proc, every system call that tells something, every descriptor, every mount.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import signal
import stat
import time

FOUND = {}
libc = ctypes.CDLL(None, use_errno=True)


def note(name, value):
    FOUND[name] = value if isinstance(value, str) else repr(value)


def told(name, call, *args):
    try:
        note(name, call(*args))
    except (OSError, ValueError) as error:
        note(name, f"{type(error).__name__} {getattr(error, 'errno', '')}")


def about(path, follow=True):
    info = os.stat(path, follow_symlinks=follow)
    return {name: getattr(info, name) for name in dir(info) if name.startswith("st_") and not name.endswith("time")}


def read(path):
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return "no file"
        return os.read(fd, 1 << 16).decode("utf-8", "backslashreplace")
    finally:
        os.close(fd)


def walk_proc():
    """/proc by names that do not depend on the process: its own files stand below /proc/self."""
    own = str(os.getpid())
    note("proc: entries", sorted("SELF" if name == own else name for name in os.listdir("/proc")))
    waiting = ["/proc/self", *(f"/proc/{name}" for name in os.listdir("/proc") if name != own)]
    while waiting:
        path = waiting.pop()
        name = path.replace(f"/task/{own}", "/task/SELF")
        if os.path.islink(path) and path != "/proc/self":
            told(name, os.readlink, path)
        elif os.path.isdir(path):
            if os.path.basename(path) in ("fd", "fdinfo", "map_files", "cwd", "root"):
                continue
            with contextlib.suppress(OSError):
                waiting += [f"{path}/{child}" for child in os.listdir(path)]
        elif os.path.basename(path) not in ("mem", "pagemap", "clear_refs", "kmsg"):
            if os.path.basename(path) in TABLES:
                lines(name, path)
            else:
                told(name, read, path)


#: Files whose lines are told apart: each has a name of its own.
TABLES = frozenset({"status", "snmp6", "sched", "limits", "io", "schedstat"})


def lines(name, path):
    try:
        for number, line in enumerate(read(path).splitlines()):
            key, _, value = line.replace("\t", " ").partition(":" if ":" in line else " ")
            note(f"{name}: {key.strip() or number}", value.strip())
    except OSError as error:
        note(name, f"errno {error.errno}")


def descriptors():
    for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
        told(f"fd {fd}: link", os.readlink, f"/proc/self/fd/{fd}")
        try:
            for key, value in about(fd).items():
                note(f"fd {fd}: {key}", value)
        except OSError:
            continue
        for command in (1, 3, 9, 11, 1025, 1032, 1034, 1035, 1037):  # F_GETFD ... F_GET_FILE_RW_HINT
            told(f"fd {fd}: fcntl {command}", fcntl.fcntl, fd, command, bytes(8) if command in (1035, 1037) else 0)
        told(f"fd {fd}: statvfs", os.fstatvfs, fd)
        told(f"fd {fd}: offset", os.lseek, fd, 0, os.SEEK_CUR)


def mounts():
    for path in (
        "/",
        "/work",
        "/tmp",
        "/dev",
        "/dev/shm",
        "/artifact",
        "/proc",
        "/usr",
        "/etc",
        "/dev/null",
        "/dev/zero",
        "/dev/full",
        "/dev/random",
        "/dev/urandom",
        "/usr/bin/env",
        "/etc/passwd",
        "/etc/hosts",
    ):
        try:
            for key, value in about(path).items():
                note(f"{path}: {key}", value)
            note(f"{path}: statvfs", os.statvfs(path))
        except OSError as error:
            note(path, error.errno)
    for path in ("/", "/work", "/tmp", "/dev", "/dev/shm", "/run", "/var", "/var/tmp", "/etc", "/artifact"):
        told(f"{path}: entries", lambda path=path: sorted(os.listdir(path)))


def calls():
    for name in sorted(name for name in dir(time) if name.startswith("CLOCK_")):
        told(f"clock {name}", time.clock_gettime, getattr(time, name))
    for name in sorted(name for name in dir(resource) if name.startswith("RLIMIT_")):
        told(f"limit {name}", resource.getrlimit, getattr(resource, name))
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        for key in (name for name in dir(usage) if name.startswith("ru_")):
            note(f"rusage {who}: {key}", getattr(usage, key))
    for name in (
        "getpid",
        "getppid",
        "getpgrp",
        "getresuid",
        "getresgid",
        "getgroups",
        "getcwd",
        "uname",
        "getloadavg",
    ):
        told(name, getattr(os, name))
    told("session", os.getsid, 0)
    told("umask", os.umask, 0o022)
    told("priority", os.getpriority, os.PRIO_PROCESS, 0)
    told("scheduler", os.sched_getscheduler, 0)
    told("affinity", os.sched_getaffinity, 0)
    told("times", os.times)
    told("blocked signals", signal.pthread_sigmask, signal.SIG_BLOCK, ())
    told("pending signals", signal.sigpending)
    told("handlers", lambda: [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())])
    told("timers", lambda: [signal.getitimer(kind) for kind in (0, 1, 2)])
    for name in sorted(os.sysconf_names):
        told(f"sysconf {name}", os.sysconf, name)
    for option in (2, 3, 7, 23, 25, 27, 30, 37, 39, 42):  # PR_GET_...
        told(f"prctl {option}", libc.prctl, option, 0, 0, 0, 0)
    told("io priority", libc.syscall, 252 if os.uname().machine == "x86_64" else 31, 1, 0)
    words = (ctypes.c_ulong * 32)()
    libc.sysinfo(words)
    for index, key in enumerate(("uptime", "load 1", "load 5", "load 15", "total", "free", "shared", "buffers")):
        note(f"sysinfo: {key}", words[index])
    for path in ("/work/probe", "/tmp/probe"):  # numbers that new files get
        with open(path, "w"):
            for key, value in about(path).items():
                note(f"new file {path}: {key}", value)
    told("new pipe", about, os.pipe()[0])
    note("environment", sorted(os.environ.items()))


descriptors()
walk_proc()
mounts()
calls()
print(json.dumps(FOUND))
