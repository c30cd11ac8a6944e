"""What this host must offer, checked one by one, each with what was found and how to mend what is missing.

Nothing here changes the host, but that the last check runs one program in a real sandbox.
"""

from __future__ import annotations

import os
import platform
import re
import resource
from collections.abc import Iterator
from pathlib import Path

from judge import defaults
from judge.errors import HostError, InfrastructureError
from judge.model.finding import Finding, Status
from judge.model.limits import Limits
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.cgroups.hierarchy import CgroupHost, find_host
from judge.sandbox.identity import identity_of, subordinate_range
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, RunSpec
from judge.state_dir import StateDir

_KERNEL_MIN = (5, 11)
_OPEN_FILES_MIN = 4096


#: What it costs that programs run under the judge's own uid.
_SHARED_COSTS = (
    "the walls hold, but what the kernel counts per user (pending signals, pipe memory, keys, inotify watches) is one "
    "account for all slots and whatever else this user runs, and a program that got out would own this user's files"
)


def examine(
    state: StateDir, cgroup_root: str = "", uid_base: int = defaults.UID_BASE, sys_root: str = "/"
) -> list[Finding]:
    """Every check in order; the last one tries the whole. Never raises for what the host lacks."""
    root = Path(sys_root)
    findings = [
        _kernel(platform.release()),
        *_user_namespaces(root),
        _apparmor(root),
        _seccomp(root),
        _overlay(root),
        *_cgroups(cgroup_root),
        _swap(root),
        _open_files(),
        _identity(cgroup_root),
        _smt(root),
        _governor(root),
    ]
    return [*findings, _whole(state, cgroup_root, uid_base)]


def is_fit(findings: list[Finding]) -> bool:
    """Can submissions be run here?"""
    return all(finding.status is not Status.MISSING for finding in findings)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _finding(name: str, good: bool, found: str, remedy: str, otherwise: Status = Status.MISSING) -> Finding:
    return Finding(name=name, status=Status.OK if good else otherwise, found=found, remedy="" if good else remedy)


def _kernel(release: str) -> Finding:
    numbers = tuple(int(word) for word in re.findall(r"\d+", release)[:2])
    wanted = ".".join(str(part) for part in _KERNEL_MIN)
    return _finding("kernel", numbers >= _KERNEL_MIN, f"Linux {release}", f"Linux {wanted} or newer is needed")


def _user_namespaces(root: Path) -> Iterator[Finding]:
    text = _read(root / "proc/sys/user/max_user_namespaces")
    yield _finding(
        "user namespaces",
        text.isdigit() and int(text) > 0,
        f"user.max_user_namespaces = {text or 'absent'}",
        "sysctl -w user.max_user_namespaces=10000 (and in /etc/sysctl.d); absent: a kernel with CONFIG_USER_NS",
    )
    clone = _read(root / "proc/sys/kernel/unprivileged_userns_clone")
    if clone:
        yield _finding(
            "unprivileged user namespaces",
            clone == "1" or os.geteuid() == 0,
            f"kernel.unprivileged_userns_clone = {clone}",
            "sysctl -w kernel.unprivileged_userns_clone=1",
        )


def _apparmor(root: Path) -> Finding:
    name = "kernel.apparmor_restrict_unprivileged_userns"
    value = _read(root / "proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    profile = _read(root / "proc/self/attr/current")
    good = value in ("", "0") or os.geteuid() == 0 or "judge" in profile
    remedy = f"install deploy/apparmor/judge (apparmor_parser -r), or sysctl -w {name}=0"
    return _finding("AppArmor", good, f"{name} = {value or 'absent'}", remedy)


def _seccomp(root: Path) -> Finding:
    actions = _read(root / "proc/sys/kernel/seccomp/actions_avail").split()
    machine = platform.machine()
    good = "user_notif" in actions and machine in ("x86_64", "aarch64")
    remedy = "a kernel (5.0 or newer) with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64"
    return _finding("seccomp", good, f"{machine}: {' '.join(actions) or 'no actions'}", remedy)


def _overlay(root: Path) -> Finding:
    known = "\toverlay\n" in _read(root / "proc/filesystems") + "\n"
    return _finding(
        "overlayfs",
        known,
        "known to the kernel" if known else "not (yet) known to the kernel",
        "modprobe overlay (it may also be loaded at first use)",
        Status.WARNING,
    )


def _cgroups(cgroup_root: str) -> Iterator[Finding]:
    try:
        host = find_host(cgroup_root)
    except HostError as error:
        text, _, remedy = str(error).partition("; remedy: ")
        yield Finding(name="cgroups", status=Status.MISSING, found=text, remedy=remedy)
        return
    where = ", ".join(sorted({str(path) for path in host.parents.values()}))
    yield Finding(name="cgroups", status=Status.OK, found=f"v{host.version}: {where}")
    yield _controllers(host)
    if host.version == 2:
        yield from _v2_files(host.parents[""])
        yield _entering(Path("/proc/self/mounts").read_text(), platform.release())


def _controllers(host: CgroupHost) -> Finding:
    wanted = {"cpuset"} if host.version == 2 else {"cpu", "cpuset", "freezer"}
    absent = wanted - host.controllers
    return _finding(
        "cgroup controllers",
        not absent,
        " ".join(sorted(name for name in host.controllers if name)),
        f"delegate {', '.join(sorted(absent))}, too: without it cores are pinned by affinity, weights and freezing "
        "may be missing (systemd: Delegate=cpu cpuset io memory pids)",
        Status.WARNING,
    )


def _v2_files(root: Path) -> Iterator[Finding]:
    has_peak = any(root.glob("**/memory.peak"))
    yield _finding(
        "memory.peak",
        has_peak,
        "present" if has_peak else "absent",
        "Linux 5.19 counts the exact peak; before, the largest sample is reported",
        Status.WARNING,
    )


def _entering(mounts: str, release: str) -> Finding:
    """Since Linux 6.0 moving into a group waits for a grace period after a pause, but with this mount option."""
    options = [line.split()[3].split(",") for line in mounts.splitlines() if line.split()[2:3] == ["cgroup2"]]
    favoured = any("favordynmods" in words for words in options)
    at_once = favoured or int(release.partition(".")[0]) < 6
    return _finding(
        "entering cgroups",
        at_once,
        "without delay" if at_once else "waits some milliseconds after a pause: favordynmods is off",
        "mount -o remount,nsdelegate,memory_recursiveprot,favordynmods /sys/fs/cgroup (as judge-host.service does)",
        Status.WARNING,
    )


def _swap(root: Path) -> Finding:
    lines = _read(root / "proc/swaps").splitlines()[1:]
    v2 = (root / "sys/fs/cgroup/cgroup.controllers").exists()
    v1 = (root / "sys/fs/cgroup/memory/memory.memsw.limit_in_bytes").exists()
    found = f"{len(lines)} swap areas; per-group swap limits {'present' if v1 or v2 else 'absent'}"
    remedy = "swapoff -a, or boot with swapaccount=1: without a swap limit memory limits can be overrun"
    return _finding("swap", not lines or v1 or v2, found, remedy)


def _open_files() -> Finding:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = "no limit" if hard == resource.RLIM_INFINITY else f"{hard} a process at most"
    good = hard == resource.RLIM_INFINITY or hard >= _OPEN_FILES_MIN
    remedy = f"LimitNOFILE={_OPEN_FILES_MIN} or more in the unit, or in limits.conf: a slot needs some 300"
    return _finding("open files", good, most, remedy, Status.WARNING)


def _identity(cgroup_root: str) -> Finding:
    uid = os.geteuid()
    if uid == 0:
        return Finding(name="uids", status=Status.OK, found="started by root: three reserved uids a slot")
    start, count = subordinate_range(uid)
    subordinate = f"subordinate uids {start}..{start + count - 1}" if count else "no subordinate uids"
    try:
        version = find_host(cgroup_root).version
    except HostError:
        version = 2
    identity = identity_of(0, 0, version)
    shared = identity.setup_uid_host == identity.program_uid_host
    reason = " (cgroup v1 lets nobody else's processes move)" if version == 1 else ""
    return _finding(
        "uids",
        not shared,
        f"uid {uid}; {subordinate}"
        + (f"; programs share this user's uid and groups{reason}: {_SHARED_COSTS}" if shared else ""),
        "a cgroup v2 host, or start it by root"
        if version == 1
        else "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER and install uidmap",
        Status.WARNING,
    )


def _smt(root: Path) -> Finding:
    active = _read(root / "sys/devices/system/cpu/smt/active")
    remedy = "switch SMT off (echo off > /sys/devices/system/cpu/smt/control) where times must be steady"
    return _finding("SMT", active != "1", f"active: {active or 'unknown'}", remedy, Status.WARNING)


def _governor(root: Path) -> Finding:
    governors = {_read(path) for path in root.glob("sys/devices/system/cpu/cpu*/cpufreq/scaling_governor")}
    found = ", ".join(sorted(governors)) or "none (a virtual machine, or fixed)"
    remedy = "cpupower frequency-set -g performance"
    return _finding("frequency governor", governors <= {"performance"}, found, remedy, Status.WARNING)


def _whole(state: StateDir, cgroup_root: str, uid_base: int) -> Finding:
    """The proof: one program in a real container."""
    try:
        rootfs = host_rootfs(state)
        config = SlotConfig(index=0, state_dir=str(state.root), cgroup_root=cgroup_root, uid_base=uid_base)
        with Slot.open(config) as slot, slot.container(ContainerSpec(rootfs=rootfs)) as container:
            done = container.run(RunSpec(argv=("/bin/true",), limits=Limits()))
        found = f"ran a program: {done.result.outcome.value.lower()}, exit code {done.result.exit_code}"
        return _finding("sandbox", done.result.ok, found, "judge selftest tells more")
    except (InfrastructureError, OSError) as error:
        text, _, remedy = str(error).partition("; remedy: ")
        return Finding(name="sandbox", status=Status.MISSING, found=text, remedy=remedy or "mend what is missing above")
