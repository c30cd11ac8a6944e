"""What a caller asks of the sandbox: frozen specifications, no behaviour, no file descriptors.

The sandbox runs one program at a time in a *container* (a set of namespaces) and has never heard of
problems or verdicts. Three nested things, each made by the one before:

* a *slot* is a reserved place to run (own uids, cgroup parent, CPU): :mod:`judge.sandbox.slot`;
* a *container* lives in a slot, holds the namespaces, the read-only root and the artifact; one per
  submission: :class:`ContainerSpec`;
* a *run* is one execution in a container, fresh /work, /tmp, /dev/shm, IPC and cgroup: :class:`RunSpec`.

Inside: ``/artifact`` (read-only: the compiled program), ``/work`` (the current directory, writable, empty
but for what the caller puts there), ``/tmp``, ``/dev/shm``.
"""

from __future__ import annotations

import msgspec

from judge.model.limits import Limits
from judge.model.units import S_NS

#: Where a program writes what is kept apart from all that it prints.
ANSWER_FD = 3

#: The least ``open_files_max``: a launcher has descriptors of its own, of run groups, and of the files that it puts. A
#: run's limit may be lower.
OPEN_FILES_MAX_MIN = 256


class OverlayMount(msgspec.Struct, frozen=True, kw_only=True):
    """One read-only overlay: ``target`` inside the root, ``lowers`` host directories, topmost first."""

    target: str
    lowers: tuple[str, ...]


class Rootfs(msgspec.Struct, frozen=True, kw_only=True):
    """The root of a container: overlays in mount order, the first at ``/``."""

    mounts: tuple[OverlayMount, ...]


class TemplateSpec(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter that is started once in a container, and the runs that are copies of it: those with this command
    line, environment and soft limits, in /work, with an input that is a file.

    ``start_env`` is what it is started with: ``env``, and what makes it wait. A copy has ``env``. ``argv`` ends with
    the program's path below /artifact.
    """

    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    start_env: tuple[tuple[str, str], ...]
    open_files: int
    stack_bytes: int


#: Of programs; compilers have one that is like it.
DEFAULT_POLICY = "default"


class ContainerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A set of namespaces. ``artifact`` is a host directory shown read-only at /artifact ("" = empty).

    ``policy`` names a system-call policy of :mod:`judge.sandbox.policy`. The ``*_max`` fields are hard
    ceilings for the runs inside (their limits may be lower). ``fresh_each_run``: no two runs share the namespaces, so
    that a program cannot even tell how many processes were there before it; costs each run but the first 2 ms.
    ``template``: what runs may be copies of (None = each is a start of its own); ``runs``: how many are likely to come,
    by which it is seen whether it is worth while. Copies share what a start makes by chance: the places of memory, the
    seed of hashes.
    ``use``: a word of the caller's; what was opened for one use is never kept for another. ``work_alias``: another
    place at which /work is shown, a directory of the root ("" = none). ``judging``: what runs there judges others, and
    has a uid that they have not, where the host has one for it.
    """

    rootfs: Rootfs
    artifact: str = ""
    policy: str = DEFAULT_POLICY
    open_files_max: int = 1024
    disk_bytes: int = 64 << 20
    disk_inodes: int = 4096
    fresh_each_run: bool = False
    use: str = ""
    work_alias: str = ""
    judging: bool = False
    template: TemplateSpec | None = None
    runs: int = 1

    @classmethod
    def under(
        cls,
        rootfs: Rootfs,
        limits: Limits,
        *,
        artifact: str = "",
        policy: str = DEFAULT_POLICY,
        fresh_each_run: bool = False,
        work_alias: str = "",
    ) -> ContainerSpec:
        """A container for runs under ``limits``: its ceilings are what they allow, or the least that there is."""
        return cls(
            rootfs=rootfs,
            artifact=artifact,
            policy=policy,
            open_files_max=max(limits.open_files, OPEN_FILES_MAX_MIN),
            disk_bytes=limits.disk_bytes,
            disk_inodes=limits.disk_inodes,
            fresh_each_run=fresh_each_run,
            work_alias=work_alias,
        )


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A file below /work that is taken out by its name, whatever characters that has. Links are not followed.

    Of a file larger than ``bytes_max`` nothing is taken, or with ``cut`` its beginning.
    """

    name: str
    bytes_max: int
    cut: bool = False


class Collect(msgspec.Struct, frozen=True, kw_only=True):
    """Which files to take out of /work after a run: shell globs relative to /work, matched per path
    component, ``**`` for any depth. Regular files only; anything else is passed over.

    ``cpu_time_ns``: of looking for them. What is not found by then is not looked for any more, and counts as one file
    that was passed over. ``wanted`` are taken besides, ``wanted_bytes_max`` of all together, and the three other limits
    are not about them: a file with holes takes no room on the disk, but its copy does.
    """

    patterns: tuple[str, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    wanted_bytes_max: int = 64 << 20
    files_max: int = 256
    bytes_max: int = 64 << 20
    cpu_time_ns: int = 10 * S_NS


class RunSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One execution. ``argv[0]`` is an absolute path inside the container.

    ``directories`` are made below /work before the run (mode 0700, the program's own).
    ``env`` is the whole environment: nothing is inherited. ``merge_stderr``: standard error is the pipe that standard
    output is, and counts to its limit. ``answer_bytes``: what a program run by itself may write to the descriptor
    :data:`ANSWER_FD`, which it finds open then; 0 = there is none. More ends the run as too much output does.
    """

    argv: tuple[str, ...]
    limits: Limits
    env: tuple[tuple[str, str], ...] = (
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", "/work"),
        ("LANG", "C.UTF-8"),
    )
    cwd: str = "/work"
    directories: tuple[str, ...] = ()
    collect: Collect = Collect()
    merge_stderr: bool = False
    answer_bytes: int = 0
