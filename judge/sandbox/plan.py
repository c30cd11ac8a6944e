"""What a container's first process does before it is a launcher: an ordered list of steps, as pure data.

The list is built before the clone; :mod:`judge.sandbox.inside.set_up` carries it out and reports the index, name and
errno of a step that fails. A step is a tuple: the operation's name, then its arguments.
"""

from __future__ import annotations

from typing import NamedTuple

from judge.kernel import abi
from judge.sandbox.protocol import FILTER, MountCall, Step
from judge.sandbox.spec import ContainerSpec

HOST_NAME = "judge"
TMPFS_FLAGS = abi.MS_NOSUID | abi.MS_NODEV | abi.MS_NOATIME
#: Of a run. What they buffer is charged to no group, and the host has some thousand for all (sysctl kernel.pty.max).
PSEUDO_TERMINALS_MAX = 16

#: What to tell people when a step fails, where there is something to tell.
REMEDIES = {
    "unshare user namespace": "allow unprivileged user namespaces (sysctl user.max_user_namespaces, "
    "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns); judge doctor says which",
    "mount proc": "the surrounding container masks /proc: give it an unmasked /proc (procMount: Unmasked)",
    "mount overlay": "overlayfs in user namespaces needs Linux 5.11; state_dir must not be on overlayfs itself",
    FILTER: "Linux 5.0 with CONFIG_SECCOMP_FILTER is needed",
    "enter idle cgroup": "judge doctor",
}


class Identity(NamedTuple):
    """Uids inside the user namespace: the zygote's, the programs' and that of programs that judge others.

    Equal = there is no further uid to use.
    """

    setup_uid: int
    program_uid: int
    judging_uid: int

    def in_container(self, spec: ContainerSpec) -> int:
        """Of the programs in such a container."""
        return self.judging_uid if spec.judging else self.program_uid


def _unprivileged_steps(spec: ContainerSpec, identity: Identity, cpu: int) -> list[Step]:
    """From what holds the namespaces' privileges to the program's uid, without any and for good."""
    uid = identity.in_container(spec)
    return [
        ("limit", spec.open_files_max),
        ("pin", cpu),
        ("become", uid, int(identity.setup_uid != uid)),
        ("drop capabilities",),
        ("die with zygote",),
        ("no new privileges",),
    ]


def template_steps(spec: ContainerSpec, identity: Identity, cpu: int) -> list[Step]:
    """From the zygote's child to a process behind the walls of a container that is there, before it executes the
    interpreter. What its program is to have of a launcher's set-up has the same order here."""
    return [
        ("die with zygote",),
        ("enter idle cgroup",),
        ("enter namespaces",),
        *_unprivileged_steps(spec, identity, cpu),
        (FILTER, spec.policy),
    ]


def run_mounts(program_uid: int, disk_bytes: int, disk_inodes: int, prefix: str = "") -> list[MountCall]:
    """The fresh file systems of a run, those of protocol.RUN_MOUNTS: /work is the program's own, /tmp and /dev/shm are
    everybody's, and the pseudo-terminals are an instance of their own."""
    size = f"size={disk_bytes},nr_inodes={disk_inodes}"
    own = f"{size},mode=0700,uid={program_uid},gid={program_uid}"
    shared = f"{size},mode=1777"
    terminals = f"newinstance,ptmxmode=0666,mode=0620,gid={program_uid},max={PSEUDO_TERMINALS_MAX}"
    return [
        ("tmpfs", f"{prefix}work", "tmpfs", TMPFS_FLAGS, own),
        ("tmpfs", f"{prefix}tmp", "tmpfs", TMPFS_FLAGS, shared),
        ("tmpfs", f"{prefix}dev/shm", "tmpfs", TMPFS_FLAGS, shared),
        ("devpts", f"{prefix}dev/pts", "devpts", abi.MS_NOSUID | abi.MS_NOEXEC, terminals),
    ]


def alias_mounts(work_alias: str, prefix: str = "") -> list[MountCall]:
    """What shows /work at another place, too; to be renewed whenever /work is."""
    if not work_alias:
        return []
    return [(f"{prefix}work", f"{prefix}{work_alias.removeprefix('/')}", "", abi.MS_BIND, "")]


def container_steps(
    spec: ContainerSpec, identity: Identity, root: str, cpu: int, loopback_request: bytes
) -> list[Step]:
    """Every step from the clone to a launcher behind all walls. ``root`` is the staged root, relative to the stage.

    The order matters: what needs privilege comes before it is dropped, the filter last of all. Nothing here depends
    on a submission, so that a container can be made before it is asked for; its artifact is mounted when it is opened.
    """
    uid = identity.in_container(spec)
    proc_flags = abi.MS_NOSUID | abi.MS_NODEV | abi.MS_NOEXEC
    return [
        ("die with zygote",),
        ("enter idle cgroup",),
        ("unshare cgroup namespace",),
        ("open counters",),
        ("narrow port range",),
        ("change directory", root),
        ("mount proc", "proc", "proc", "proc", proc_flags, "subset=pid,hidepid=invisible"),
        *(("mount", *mount) for mount in run_mounts(uid, spec.disk_bytes, spec.disk_inodes)),
        *(("mount", *mount) for mount in alias_mounts(spec.work_alias)),
        ("bring lo up", loopback_request),
        ("set host name", HOST_NAME),
        ("pivot root",),
        *_unprivileged_steps(spec, identity, cpu),
        ("close descriptors",),
        ("note fresh state",),
        (FILTER, spec.policy),
        ("rehearse",),
    ]
