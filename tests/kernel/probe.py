"""Runs inside the sandbox and prints its own confinement as one JSON object. Knows nothing of what it should be."""

import ctypes
import json
import os
import resource
import signal
import socket
import stat
import sys

PR_GET_DUMPABLE, PR_GET_SECUREBITS, PR_GET_TIMERSLACK = 3, 27, 30
PR_GET_NO_NEW_PRIVS, PR_GET_CHILD_SUBREAPER = 39, 37
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")
STATUS = (
    "Umask", "State", "Tgid", "TracerPid", "Uid", "Gid", "Groups", "Kthread", "SigQ", "SigPnd", "ShdPnd", "SigBlk",
    "SigIgn", "SigCgt", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters",
    "Threads", "Cpus_allowed_list",
)  # fmt: skip

libc = ctypes.CDLL(None, use_errno=True)


def read(path):
    """The text of a file, or the name of the error."""
    try:
        with open(path) as file:
            return file.read()
    except OSError as error:
        return type(error).__name__


def listing(path):
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        return type(error).__name__


def namespaces():
    return {
        name: os.stat(f"/proc/self/ns/{name}").st_ino for name in NAMESPACES if os.path.exists(f"/proc/self/ns/{name}")
    }


def status():
    fields = dict(line.split(":", 1) for line in read("/proc/self/status").splitlines() if ":" in line)
    return {name: fields[name].strip() for name in STATUS if name in fields}


def mounts():
    """By mount point: the root within the file system, its type, the mount's and the file system's options."""
    found = {}
    for line in read("/proc/self/mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        root, point, options = left.split()[3:6]
        kind, source, super_options = right.split(" ", 2)
        found[point] = {
            "root": root,
            "type": kind,
            "source": source,
            "options": sorted(options.split(",")),
            "super": sorted(super_options.split(",")),
            "propagation": left.split()[6:],
        }
    return found


def descriptors():
    found = {}
    for fd in range(1024):
        try:
            mode = os.fstat(fd).st_mode
        except OSError:
            continue
        kinds = (("fifo", stat.S_ISFIFO), ("file", stat.S_ISREG), ("device", stat.S_ISCHR), ("socket", stat.S_ISSOCK))
        kind = next((name for name, test in kinds if test(mode)), "other")
        found[str(fd)] = {"kind": kind, "link": os.readlink(f"/proc/self/fd/{fd}"), "tty": os.isatty(fd)}
    return found


def devices():
    """Everything in /dev: what it is, its number, its mode and owner as seen from here."""
    found = {}
    for name in listing("/dev"):
        about = os.lstat(f"/dev/{name}")
        if stat.S_ISLNK(about.st_mode):
            found[name] = "-> " + os.readlink(f"/dev/{name}")
        elif stat.S_ISCHR(about.st_mode):
            found[name] = f"char {os.major(about.st_rdev)}:{os.minor(about.st_rdev)} {stat.S_IMODE(about.st_mode):o}"
        else:
            found[name] = stat.filemode(about.st_mode)
    return found


def limits():
    names = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
    return {name: list(resource.getrlimit(getattr(resource, name))) for name in names}


def place(path):
    about = os.stat(path)
    space = os.statvfs(path)
    return {
        "mode": f"{stat.S_IMODE(about.st_mode):o}",
        "owner": [about.st_uid, about.st_gid],
        "entries": listing(path),
        "bytes": space.f_blocks * space.f_frsize,
        "inodes": space.f_files,
        "writable": os.access(path, os.W_OK),
        "device": about.st_dev,
    }


def main() -> None:
    report = {
        "namespaces": namespaces(),
        "status": status(),
        "ids": {"uid": list(os.getresuid()), "gid": list(os.getresgid()), "groups": os.getgroups()},
        "uid_map": read("/proc/self/uid_map").split(),
        "gid_map": read("/proc/self/gid_map").split(),
        "setgroups": read("/proc/self/setgroups").strip(),
        "securebits": libc.prctl(PR_GET_SECUREBITS, 0, 0, 0, 0),
        "no_new_privs": libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
        "dumpable": libc.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0),
        "timer_slack_ns": libc.prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0),
        "personality": libc.personality(0xFFFFFFFF),
        "ppid": os.getppid(),
        "leads_group": os.getpgrp() == os.getpid(),
        "leads_session": os.getsid(0) == os.getpid(),
        "signals_blocked": sorted(int(sig) for sig in signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "mounts": mounts(),
        "descriptors": descriptors(),
        "environment": dict(os.environ),
        "arguments": sys.argv[1:],
        "limits": limits(),
        "interfaces": interfaces(),
        "routes": read("/proc/self/net/route").splitlines()[1:],
        "host": socket.gethostname(),
        "proc_sys": read("/proc/sys/kernel/domainname"),
        "root": listing("/"),
        "etc": listing("/etc"),
        "proc": [name for name in listing("/proc") if not name.isdigit()],
        "pids": sorted(int(name) for name in listing("/proc") if name.isdigit() and int(name) != os.getpid()),
        "sys": listing("/sys"),
        "devices": devices(),
        "places": {path: place(path) for path in ("/work", "/tmp", "/dev/shm")},
        "cwd": os.getcwd(),
        "umask": os.umask(0),
        "cpus": len(os.sched_getaffinity(0)),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "policy": os.sched_getscheduler(0),
        "oom_score_adj": read("/proc/self/oom_score_adj").strip(),
        "cgroup": [line.split(":", 2)[2] for line in read("/proc/self/cgroup").splitlines()],
        "timens_offsets": read("/proc/self/timens_offsets").split(),
        "login": read("/proc/self/loginuid").strip(),
        "launcher": {name: read(f"/proc/1/{name}") for name in ("environ", "maps")},
        "keys": read("/proc/keys"),
    }
    json.dump(report, sys.stdout)


def interfaces():
    """Names from SIOCGIFNAME, which needs no netlink socket."""
    import fcntl

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for index in range(1, 64):
            request = bytearray(40)
            request[16:20] = index.to_bytes(4, sys.byteorder)
            try:
                answer = fcntl.ioctl(sock, 0x8910, bytes(request))
                found.append(answer[:16].rstrip(b"\0").decode())
            except OSError:
                continue
    return found


main()
