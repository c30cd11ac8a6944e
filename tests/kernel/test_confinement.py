"""A program's whole confinement, field by field, as a probe inside sees it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from judge.model.limits import Limits
from judge.model.units import MIB
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec, Rootfs, RunSpec

PROBE = Path(__file__).parent / "probe.py"
LIMITS = Limits(
    memory_bytes=96 * MIB, stack_bytes=8 * MIB, open_files=100, disk_bytes=5 * MIB, disk_inodes=123, stdout_bytes=MIB
)
ENVIRONMENT = (("HOME", "/work"), ("PATH", "/usr/bin"), ("WORD", "given"))
OPEN_FILES_MAX = 300  # of the container: a run could raise its soft limit up to that
SECUREBITS_LOCKED = 0xEF  # NOROOT, NO_SETUID_FIXUP, NO_CAP_AMBIENT_RAISE and the locks of all four
EMPTY_SET = "0" * 16


@pytest.fixture(scope="module")
def report(sandbox_slot: Slot, sandbox_rootfs: Rootfs, sandbox_state: Path) -> dict[str, Any]:
    """What the probe says, run as a contestant's program is."""
    artifact = sandbox_state / "probe"
    artifact.mkdir(exist_ok=True)
    (artifact / "probe.py").write_bytes(PROBE.read_bytes())
    spec = ContainerSpec(rootfs=sandbox_rootfs, artifact=str(artifact), open_files_max=OPEN_FILES_MAX)
    argv = ("/usr/bin/python3", "-I", "-S", "-B", "/artifact/probe.py", "an argument")
    with sandbox_slot.container(spec) as box:
        done = box.run(RunSpec(argv=argv, limits=LIMITS, env=ENVIRONMENT), stdin=b"input")
    assert done.result.ok, (done.result, done.stderr.text())
    return dict(json.loads(done.stdout.read()))


def test_every_namespace_is_its_own(report: dict[str, Any]) -> None:
    ours = {name: os.stat(f"/proc/self/ns/{name}").st_ino for name in report["namespaces"]}
    assert set(report["namespaces"]) >= {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}
    assert ("time" in report["namespaces"]) == Path("/proc/self/ns/time").exists()
    assert [name for name, inode in report["namespaces"].items() if inode == ours[name]] == []


def test_identity_and_privilege(report: dict[str, Any], sandbox_slot: Slot) -> None:
    status = report["status"]
    # Python ignores SIGPIPE and SIGXFSZ by itself; 32 and 33 are the C library's own and cannot be set.
    inherited = int(status.pop("SigIgn"), 16) & ~(1 << 12 | 1 << 24 | 1 << 31 | 1 << 32)
    handled = int(status.pop("SigCgt"), 16) & ~(1 << 1 | 1 << 31 | 1 << 32)
    assert (inherited, handled) == (0, 0)
    cpu = sandbox_slot.config.cpu
    if cpu >= 0:
        assert (status["Cpus_allowed_list"], report["cpus"]) == (str(cpu), 1)
    del status["Cpus_allowed_list"], status["Tgid"]
    groups: list[int] = []
    if sandbox_slot.identity.setup_uid_host == sandbox_slot.identity.program_uid_host:  # groups are kept then
        groups = sorted(1000 if group == os.getegid() else 65534 for group in os.getgroups())
    status.pop("Kthread", None)
    assert status == {
        "Umask": "0022",
        "State": "R (running)",
        "TracerPid": "0",
        "Uid": "1000\t1000\t1000\t1000",
        "Gid": "1000\t1000\t1000\t1000",
        "Groups": " ".join(map(str, groups)),
        "SigQ": "0/1024",
        **dict.fromkeys(("SigPnd", "ShdPnd", "SigBlk"), EMPTY_SET),
        **dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), EMPTY_SET),
        "NoNewPrivs": "1",
        "Seccomp": "2",
        "Seccomp_filters": "1",
        "Threads": "1",
    }
    assert report["ids"] == {"uid": [1000] * 3, "gid": [1000] * 3, "groups": groups}
    assert (report["securebits"], report["no_new_privs"]) == (SECUREBITS_LOCKED, 1)
    assert report["signals_blocked"] == []


def test_the_user_namespace_maps_the_slots_own_uids(report: dict[str, Any], sandbox_slot: Slot) -> None:
    identity = sandbox_slot.identity
    for kind in (report["uid_map"], report["gid_map"]):
        inside, outside, lengths = kind[0::3], kind[1::3], kind[2::3]
        assert "1000" in inside
        assert set(lengths) == {"1"}
        assert "0" not in outside
    assert set(report["uid_map"][1::3]) == {str(outside) for _, outside in identity.mapped}
    # A user with subordinate ids leaves his groups by it; nobody inside has the capability that it wants.
    assert report["setgroups"] == "deny" or (os.geteuid() != 0 and report["setgroups"] == "allow")
    own = identity.inside.setup_uid if identity.setup_uid_host == os.getuid() else os.getuid()
    assert report["login"] in ("4294967295", str(own))


def test_process_attributes(report: dict[str, Any]) -> None:
    names = ("ppid", "leads_group", "leads_session", "cwd", "umask", "priority", "policy", "personality",
             "oom_score_adj", "timer_slack_ns", "dumpable", "pids", "arguments")  # fmt: skip
    assert {name: report[name] for name in names} == {
        "ppid": 1,
        "leads_group": True,
        "leads_session": True,
        "cwd": "/work",
        "umask": 0o022,
        "priority": 0,
        "policy": os.SCHED_OTHER,
        "personality": 0,
        "oom_score_adj": "1000",
        "timer_slack_ns": 50_000,
        "dumpable": 1,
        "pids": [],
        "arguments": ["an argument"],
    }
    # LC_CTYPE is Python's own doing (PEP 538).
    assert {name: text for name, text in report["environment"].items() if name != "LC_CTYPE"} == dict(ENVIRONMENT)


def test_resource_limits(report: dict[str, Any]) -> None:
    limits = report["limits"]
    exact = {
        "RLIMIT_CORE": [1, 1],
        "RLIMIT_NOFILE": [LIMITS.open_files, OPEN_FILES_MAX],
        "RLIMIT_STACK": [LIMITS.stack_bytes, -1],
        "RLIMIT_MSGQUEUE": [0, 0],
        "RLIMIT_RTPRIO": [0, 0],
        "RLIMIT_NICE": [0, 0],
        "RLIMIT_SIGPENDING": [1024, 1024],
    }
    assert {name: limits[name] for name in exact} == exact
    assert all(limits[name] == [-1, -1] for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE"))


def test_mounts(report: dict[str, Any]) -> None:
    """Every mount: what it is, what may be done there, and no path of the host in any of its options."""
    mounts = report["mounts"]
    overlay = {"nodev", "nosuid", "ro"}
    scratch = {"nodev", "nosuid", "rw", "noatime"}
    device = {"noexec", "nosuid", "ro"}
    expected: dict[str, tuple[str, set[str]]] = {
        "/": ("overlay", overlay),
        "/usr": ("overlay", overlay),
        "/artifact": ("overlay", overlay),
        "/dev": ("tmpfs", device),
        **{f"/dev/{name}": ("devtmpfs", device) for name in ("null", "zero", "full", "random", "urandom", "tty")},
        "/dev/pts": ("devpts", {"nosuid", "noexec", "rw"}),
        "/proc": ("proc", {"nodev", "noexec", "nosuid", "rw"}),
        **dict.fromkeys(("/work", "/tmp", "/dev/shm"), ("tmpfs", scratch)),
    }
    for name in ("bin", "lib", "lib32", "lib64", "libx32", "sbin"):  # hosts without merged /usr
        if f"/{name}" in mounts:
            expected[f"/{name}"] = ("overlay", overlay)
    seen = {point: (mount["type"], set(mount["options"]) - {"relatime"}) for point, mount in mounts.items()}
    for point in [point for point in seen if point.startswith("/dev/") and point not in ("/dev/shm", "/dev/pts")]:
        seen[point] = ("devtmpfs", seen[point][1])  # inside another container the host's /dev is a tmpfs
    assert seen == expected
    assert {point: mount["propagation"] for point, mount in mounts.items() if mount["propagation"]} == {}
    assert {"hidepid=invisible", "subset=pid"} <= set(mounts["/proc"]["super"])
    for point, mount in mounts.items():
        assert mount["root"] == (
            point.removeprefix("/dev") if point in expected and seen[point][0] == "devtmpfs" else "/"
        )
        for option in mount["super"]:
            assert re.fullmatch(r"(?:lowerdir[+]?=)?(?:/proc/self/fd/\d+:?)+|[a-z0-9_]+(?:=[a-z0-9]+)?", option), option


def test_places_to_write(report: dict[str, Any], sandbox_slot: Slot) -> None:
    uid = sandbox_slot.identity.inside.setup_uid
    size = {"bytes": LIMITS.disk_bytes, "inodes": LIMITS.disk_inodes, "writable": True, "entries": []}
    places = report["places"]
    devices = {place.pop("device") for place in places.values()}
    assert len(devices) == 3
    assert places == {
        "/work": {**size, "mode": "700", "owner": [1000, 1000]},
        "/tmp": {**size, "mode": "1777", "owner": [uid, uid]},
        "/dev/shm": {**size, "mode": "1777", "owner": [uid, uid]},
    }


def test_what_there_is_to_see(report: dict[str, Any]) -> None:
    merged = {"bin", "lib", "lib32", "lib64", "libx32", "sbin"}
    assert set(report["root"]) - merged == {
        "artifact", "dev", "etc", "opt", "proc", "root", "run", "tmp", "usr", "var", "w", "work",
    }  # fmt: skip
    assert set(report["etc"]) <= {
        "alternatives", "debian_version", "group", "hostname", "hosts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
        "localtime", "mime.types", "nsswitch.conf", "passwd", "protocols", "resolv.conf", "services", "timezone",
    }  # fmt: skip
    assert report["proc"] == ["self", "thread-self"]
    assert report["devices"] == {
        "full": "char 1:7 666",
        "null": "char 1:3 666",
        "random": "char 1:8 666",
        "urandom": "char 1:9 666",
        "zero": "char 1:5 666",
        "tty": "char 5:0 666",
        "ptmx": "-> pts/ptmx",
        "pts": "drwxr-xr-x",
        "shm": "drwxrwxrwt",
        "fd": "-> /proc/self/fd",
        "stdin": "-> /proc/self/fd/0",
        "stdout": "-> /proc/self/fd/1",
        "stderr": "-> /proc/self/fd/2",
    }
    absent = "FileNotFoundError"
    assert [report["sys"], report["proc_sys"], report["keys"]] == [absent] * 3
    assert report["launcher"] == {"environ": absent, "maps": absent}


def test_descriptors(report: dict[str, Any]) -> None:
    links = {fd: (about["kind"], about["tty"]) for fd, about in report["descriptors"].items()}
    assert links == {"0": ("file", False), "1": ("fifo", False), "2": ("fifo", False)}
    assert report["descriptors"]["0"]["link"] == "/memfd:stdin (deleted)"
    assert report["descriptors"]["1"]["link"].startswith("pipe:")


def test_network_and_names(report: dict[str, Any]) -> None:
    assert (report["interfaces"], report["routes"], report["host"]) == (["lo"], [], "judge")
    assert {path for path in report["cgroup"] if not re.fullmatch(r"/|/\.\./r\d+", path)} == set()


def test_clocks_count_from_the_slots_own_beginning(report: dict[str, Any]) -> None:
    if "time" in report["namespaces"]:
        assert list(report["timens_offsets"][0::3]) == ["monotonic", "boottime"]
        assert all(int(word) < 0 for word in report["timens_offsets"][1::3])


def test_the_probe_says_nothing_that_is_not_looked_at(report: dict[str, Any]) -> None:
    """A field that nobody compares would be a wall that nobody watches."""
    source = Path(__file__).read_text()
    looked_at = set(re.findall(r'report\["(\w+)"\]', source)) | set(re.findall(r'^\s+"(\w+)": ', source, re.MULTILINE))
    assert set(report) - looked_at == set()
