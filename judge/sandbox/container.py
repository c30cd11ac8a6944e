"""A live set of namespaces in a slot, and the runs in it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from judge.errors import InfrastructureError, SandboxError
from judge.kernel import abi
from judge.kernel.netlink import loopback_up_request
from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.sandbox import channel
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.cgroups.run_group import RunGroup
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.identity import HostIdentity
from judge.sandbox.plan import Step, container_steps, run_mount_steps
from judge.sandbox.put_files import batches
from judge.sandbox.run_io import (
    Content,
    Streams,
    capture_of,
    check_request,
    content_fd,
    input_pipe,
    private_fd,
    private_fds,
    refused,
)
from judge.sandbox.run_loop import supervise
from judge.sandbox.run_result import result_of
from judge.sandbox.spec import Collect, ContainerSpec, RunSpec
from judge.sandbox.streams import Drain, RelayDrain
from judge.sandbox.zygote_client import ZygoteClient

_DESCRIPTORS_MIN = 64
_EVERY_MOUNT = (1 << len(channel.RUN_MOUNTS)) - 1


@dataclass(frozen=True)
class Interaction:
    """Both ends of an interactive run. ``first_exit``: "self", "other": whose main process ended first.

    ``transcript``: (who wrote: "self" or "other", bytes) pieces in order, cut at the limit.
    """

    self_side: Completed
    other_side: Completed
    first_exit: str
    transcript: tuple[tuple[str, bytes], ...] = ()


class Place(Protocol):
    """What a container needs of its slot."""

    identity: HostIdentity
    groups: SlotGroups
    zygote: ZygoteClient
    streams: Streams
    cancel_fd: int

    @property
    def pinned_cpu(self) -> int:
        """The slot's core; -1 = none."""
        ...

    def next_container_number(self) -> int:
        """Numbers of containers are never used twice."""
        ...

    def forget_cancel(self) -> None:
        """A cancel from before does not count."""
        ...

    def prepare(self) -> None:
        """While a program runs: have ready what the next run will need."""
        ...

    def take_frozen_ns(self) -> int:
        """How long the slot stood frozen since the last call."""
        ...


class Container:
    """Namespaces, the read-only root and the artifact, with a launcher inside. One run at a time."""

    def __init__(self, place: Place, spec: ContainerSpec, extra_steps: Mapping[int, Step] | None = None) -> None:
        """``extra_steps``: steps to put into the plan at an index; for tests of the error paths."""
        self._place = place
        self._spec = spec
        self._extra_steps = dict(extra_steps or {})
        self._socket: socket.socket | None = None
        self._number = -1
        self._dirty = 0
        self._must_be_new = False  # something that no file system holds may be left of an earlier run
        self._disk = (spec.disk_bytes, spec.disk_inodes)
        self._state_due = False
        self._doors: set[int] = set()  # of the groups that the launcher knows
        self._spec_known: RunSpec | None = None  # the last run's: the launcher has it, and it was checked
        self._ahead: RunGroup | None = None  # of the next run: the launcher waits in it, or will
        self._leaving: RunGroup | None = None  # of the last run: once another has run the launcher has left it
        self.listener_fd = -1
        self.control_fd = -1

    # -- life -------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Make the namespaces; returns when the launcher is behind all walls. Raises SandboxError."""
        place, spec = self._place, self._spec
        if spec.open_files_max < _DESCRIPTORS_MIN:
            raise SandboxError("limit", detail=f"open_files_max must be at least {_DESCRIPTORS_MIN}")
        place.zygote.ensure_policy(spec.policy)
        root = place.zygote.ensure_root(spec.rootfs)
        number = place.next_container_number()
        request = ("open", number, self._steps(root), self._artifact_lowers())
        control, self.listener_fd = place.zygote.ask("clone container", *request)
        self._socket, self.control_fd, self._number = socket.socket(fileno=control), control, number
        os.set_blocking(self.listener_fd, False)
        with contextlib.suppress(OSError):  # before Linux 6.6 a call that waits for an answer takes twice as long
            fcntl.ioctl(self.listener_fd, abi.SECCOMP_IOCTL_NOTIF_SET_FLAGS, abi.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
        self._dirty, self._disk, self._state_due = 0, (spec.disk_bytes, spec.disk_inodes), False
        self._must_be_new = False
        self._doors, self._spec_known = set(), None

    def _steps(self, root: str) -> list[Step]:
        spec = self._spec
        steps = container_steps(
            self._place.identity.inside,
            root,
            disk_bytes=spec.disk_bytes,
            disk_inodes=spec.disk_inodes,
            open_files_max=spec.open_files_max,
            cpu=self._place.pinned_cpu,
            loopback_request=loopback_up_request(),
            policy=spec.policy,
        )
        for index, step in sorted(self._extra_steps.items()):
            steps.insert(index, step)
        return steps

    def _artifact_lowers(self) -> list[str]:
        """An overlay without an upper directory wants two lower ones: the artifact over an empty one."""
        if not self._spec.artifact:
            return []
        empty = self._spec.rootfs.mounts[0].lowers[-1]
        return [self._place.zygote.seen(path) for path in (self._spec.artifact, empty)]

    def close(self) -> None:
        """End everything inside; returns when it is gone. Idempotent."""
        self._hear_state()  # by then the launcher has seen to it that nothing of the run lives on in the kernel
        number, self._number = self._number, -1
        gone = number < 0
        if number >= 0:
            with contextlib.suppress(InfrastructureError):
                self._place.zygote.ask("close container", "close", number)
                gone = True
        self._give_groups_back(launcher_is_gone=gone)
        if self._socket is not None:
            self._socket.close()
            self._socket, self.control_fd = None, -1
        if self.listener_fd >= 0:
            os.close(self.listener_fd)
            self.listener_fd = -1

    def _give_groups_back(self, *, launcher_is_gone: bool) -> None:
        for group in (self._leaving, self._ahead):
            if group is None:
                continue
            if not launcher_is_gone:
                group.abandon()
            elif group is self._ahead:
                group.counters()  # what the launcher used while it waited there is nobody's
            self._place.groups.give_back(group)
        self._leaving = self._ahead = None

    def start_over(self) -> None:
        """The next run gets fresh namespaces, whatever the earlier ones did."""
        self._must_be_new = True

    def _freshen(self, limits: Limits) -> None:
        """Before a run: nothing of an earlier one may be left, and the file systems have the run's sizes."""
        self._hear_state()
        if self._number < 0 or self._must_be_new or self._dirty & channel.DIRTY_NETWORK:
            self.close()
            self.open()
        disk = (min(limits.disk_bytes, self._spec.disk_bytes), min(limits.disk_inodes, self._spec.disk_inodes))
        if disk != self._disk:
            self._disk, self._dirty = disk, _EVERY_MOUNT
        if self._dirty:
            self._renew()
        self._dirty = 0

    def _hear_state(self) -> int:
        """What the last run left behind, told by the launcher after the run. Returns which mounts were full."""
        if not self._state_due:
            return 0
        self._state_due = False
        message = self.hear()
        if message[:1] != channel.STATE:
            self.close()
            return 0
        self._dirty, full = channel.STATE_BODY.unpack_from(message, 1)
        return int(full)

    def _renew(self) -> None:
        fresh = run_mount_steps(self._place.identity.inside.program_uid, *self._disk, prefix="/")
        mounts = [step[1:] for index, step in enumerate(fresh) if self._dirty >> index & 1]
        self._place.zygote.ask("renew mounts", "renew", self._number, mounts)
        self._send(("renewed",))

    # -- talking to the launcher ------------------------------------------------------------------------------

    def hear(self) -> bytes:
        """The next message of the launcher that brings no descriptors; empty when it died."""
        assert self._socket is not None
        try:
            return self._socket.recv(channel.NEWS_BYTES_MAX)
        except OSError:
            return b""

    def _receive(self) -> tuple[bytes, list[int]]:
        """The next message with its descriptors; empty when the launcher died."""
        assert self._socket is not None
        try:
            return channel.receive_bytes(self._socket)
        except OSError:
            return b"", []

    def tell(self, data: bytes) -> None:
        """Send raw bytes to the launcher; a dead launcher is no error."""
        with contextlib.suppress(OSError):
            if self._socket is not None:
                channel.send_bytes(self._socket, data)

    def kill_hard(self) -> None:
        """Kill the container from outside."""
        with contextlib.suppress(InfrastructureError):
            self._place.zygote.ask("kill container", "kill", self._number)

    def _send(self, message: tuple[object, ...], fds: Sequence[int] = ()) -> None:
        assert self._socket is not None
        try:
            channel.send(self._socket, message, list(fds))
        except ValueError as error:
            raise SandboxError("send request", detail=f"arguments and environment are too large: {error}") from error
        except OSError as error:
            raise InfrastructureError(f"the launcher of a container is gone: {error}") from error

    # -- runs -------------------------------------------------------------------------------------------------

    def run(
        self,
        spec: RunSpec,
        *,
        stdin: int | bytes | None = None,
        files: Mapping[str, Content] | None = None,
        executables: Sequence[str] = (),
        fds: Mapping[int, int] | None = None,
    ) -> Completed:
        """Run once; blocks until the whole process tree is gone.

        ``stdin``: a descriptor (not closed), bytes, or None for an empty one. ``files``: put into /work
        first (names are relative paths; an int is a descriptor to copy from; those in ``executables``
        get mode 0755, others 0644). ``fds``: target number (3..19) -> descriptor to hand to the program,
        e.g. {3: memfd}, opened inside as /dev/fd/3.
        Raises SandboxError/InfrastructureError when it could not be run, never for what the program did; the next
        run then gets fresh namespaces.
        """
        place = self._place
        if files or fds or spec is not self._spec_known:
            check_request(spec, files or {}, fds or {})
        place.forget_cancel()
        active: ActiveRun | None = None
        try:
            self._freshen(spec.limits)
            if files:
                self._put(files, executables)
            goes_on = self._spec_known is not None and not files and not spec.collect.patterns
            active = self._start(spec, stdin, fds or {}, goes_on=goes_on)
            supervise([active], place.cancel_fd, place.take_frozen_ns, place.prepare)
            return self._complete(spec, active)
        except BaseException:
            self.close()  # nobody knows what it holds: it goes, with all processes, before its group does
            raise
        finally:
            if active is not None:
                self._put_away(active)

    def interact(
        self,
        spec: RunSpec,
        other: Container,
        other_spec: RunSpec,
        *,
        files: Mapping[str, Content] | None = None,
        other_files: Mapping[str, Content] | None = None,
        other_fds: Mapping[int, int] | None = None,
        transcript_bytes_max: int = 1 << 16,
        go_on_after: Collection[int] | None = None,
    ) -> Interaction:
        """Run two programs joined crosswise (stdout of each to stdin of the other), supervised together.

        Whoever ends first, the other reads an end of file after the last byte, and what it still writes is
        swallowed. When this side closes its output and goes on, the other is told only when it has ended: how it ends
        is then no consequence of what the other makes of an end of file. Bytes pass through here, so that a transcript
        can be kept and limits hold. ``go_on_after``: when the other side ends first and not with one of these exit
        codes, everything is decided and this side is ended at once with outcome CANCELLED (None = it always goes on).
        """
        place = self._place
        for asked, given, passed in ((spec, files, {}), (other_spec, other_files, other_fds)):
            check_request(asked, given or {}, passed or {})
        place.forget_cancel()
        transcript: list[tuple[str, bytes]] = []
        room = [transcript_bytes_max]
        with contextlib.ExitStack() as stack, _closed_on_error(self), _closed_on_error(other):
            for box, asked, given in ((self, spec, files), (other, other_spec, other_files)):
                box._freshen(asked.limits)
                box._put(given or {}, ())
            ends = stack.enter_context(contextlib.ExitStack())
            self_in, to_self = input_pipe()
            ends.callback(os.close, self_in)
            other_in, to_other = input_pipe()
            ends.callback(os.close, other_in)
            self_out, self_out_end = place.streams.take()
            ends.callback(os.close, self_out_end)
            other_out, other_out_end = place.streams.take()
            ends.callback(os.close, other_out_end)
            mine = RelayDrain(self_out, spec.limits.stdout_bytes, to_other, holds_end=True)
            theirs = RelayDrain(other_out, other_spec.limits.stdout_bytes, to_self)
            for drain in (mine, theirs):
                stack.callback(drain.close)
                stack.callback(drain.close_sink)
            peer = other._launch(other_spec, other_in, other_out_end, theirs, other_fds or {})
            stack.callback(other._put_away, peer)
            me = self._launch(spec, self_in, self_out_end, mine, {})
            stack.callback(self._put_away, me)
            ends.close()

            me.converse(peer)
            peer.converse(me)

            def note(run: ActiveRun, data: bytes) -> None:
                if room[0] > 0:
                    transcript.append(("self" if run is me else "other", data[: room[0]]))
                    room[0] -= len(data)

            def settle(run: ActiveRun) -> None:
                if run is me:
                    peer.hurry()
                if run is peer and go_on_after is not None and run.exit_code not in go_on_after:
                    me.stop(Outcome.CANCELLED, "the other side has decided")

            with place.groups.relaying():
                supervise([me, peer], place.cancel_fd, place.take_frozen_ns, place.prepare, note, settle)
            first = "self" if _ended_ns(me) <= _ended_ns(peer) else "other"
            return Interaction(
                self_side=self._complete(spec, me),
                other_side=other._complete(other_spec, peer),
                first_exit=first,
                transcript=tuple(transcript),
            )

    def _put(self, files: Mapping[str, Content], executables: Sequence[str]) -> None:
        for batch in batches(files, executables):
            with contextlib.ExitStack() as stack:
                fds = [content_fd(stack, content) for content in batch.contents]
                self._send(("put", [tuple(file) for file in batch.files]), fds)

    def _start(self, spec: RunSpec, stdin: int | bytes | None, fds: Mapping[int, int], *, goes_on: bool) -> ActiveRun:
        """Launch a run that has its standard output to itself. ``goes_on``: another of the kind is likely to follow."""
        place = self._place
        if stdin is None:
            source, is_ours = place.streams.take_empty(), True
        else:
            source, is_ours = private_fd(stdin)
        out, out_end = place.streams.take()
        stdout = Drain(out, spec.limits.stdout_bytes, held_fd=out_end, late=place.streams.late)
        try:
            return self._launch(spec, source, out_end, stdout, fds, goes_on=goes_on)
        except BaseException:
            stdout.close()
            raise
        finally:
            if is_ours:
                os.close(source)

    def _launch(
        self,
        spec: RunSpec,
        stdin: int,
        stdout_end: int,
        stdout: Drain,
        fds: Mapping[int, int],
        *,
        goes_on: bool = False,
    ) -> ActiveRun:
        """Send the request; from here on the program runs. What it took is given back by :meth:`_put_away`."""
        place, limits = self._place, spec.limits
        err, err_end = place.streams.take()
        stderr = Drain(err, limits.stderr_bytes, held_fd=err_end, late=place.streams.late)
        group: RunGroup | None = None
        try:
            group = place.groups.take(limits.memory_bytes, limits.processes, self._ahead)
            if group is self._ahead:
                self._ahead = None
            if goes_on and self._ahead is None:
                self._ahead = place.groups.take_ready()
            ahead = self._ahead if goes_on else None
            self._dirty = _EVERY_MOUNT  # until the launcher says better
            brought, doors = self._doors_to_send(group, ahead)
            groups = (group.group_id, ahead.group_id if ahead else channel.NO_GROUP, brought)
            what = None if spec is self._spec_known else _what_to_run(spec)
            with contextlib.ExitStack() as handed:
                given = (stdin, stdout_end, err_end, *private_fds(handed, fds.values()))
                self._send(("run", what, (0, 1, 2, *fds), *groups), (*given, *doors))
            self._spec_known = spec
        except BaseException:
            stderr.close()
            if group is not None:
                place.groups.give_back(group)
            raise
        return ActiveRun(self, limits, group, stdout, stderr, place.groups.processors)

    def _put_away(self, active: ActiveRun) -> None:
        active.stdout.close()
        active.stderr.close()
        if active.noted_calls or self._spec.fresh_each_run:
            self.start_over()
        if self._leaving is not None:
            self._place.groups.give_back(self._leaving)
        self._leaving = active.group

    def _doors_to_send(self, group: RunGroup, ahead: RunGroup | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Those of these groups that the launcher does not know yet, by number, and their doors."""
        known = self._doors
        if group.group_id in known and (ahead is None or ahead.group_id in known):
            return (), ()
        groups = [group] if ahead is None else [group, ahead]
        strange = [one for one in groups if one.group_id not in known]
        if len(known) + len(strange) > channel.JOIN_FDS_KEPT:
            known.clear()
            strange = groups
        ids = tuple(one.group_id for one in strange)
        known.update(ids)
        return ids, tuple(fd for one in strange for fd in one.launch_fds)

    def _complete(self, spec: RunSpec, active: ActiveRun) -> Completed:
        stdout, stderr = active.stdout.finish(), active.stderr.finish()
        if active.lost:
            self.close()
        self._state_due = active.finish is not None
        full = 0 if active.finish is None or active.finish.status == 0 else self._hear_state()
        wanted = active.finish is not None and spec.collect.patterns
        files, passed_over = self._collect(spec.collect) if wanted else ({}, 0)
        if active.refusal is not None and active.refusal[0] != "execute":
            raise refused(*active.refusal)
        finish = active.finish
        if finish is None:
            counters = active.group.counters()
        else:
            was_alone = finish.tasks_created == 1 and finish.status == 0
            counters = active.group.counters(was_alone=was_alone, not_its_ns=finish.launcher_cpu_ns)
        return Completed(result_of(active, counters, full), stdout, stderr, files, passed_over)

    def _collect(self, collect: Collect) -> tuple[dict[str, Capture], int]:
        """Take files out of /work; their names may be any bytes, kept as surrogate escapes. Also how many were too many
        or too large."""
        self._hear_state()
        self._send(("collect", collect.patterns, collect.files_max, collect.bytes_max))
        files: dict[str, Capture] = {}
        left = collect.bytes_max
        taken = 0
        while True:
            if taken and taken % channel.FILES_AHEAD == 0:
                self.tell(channel.MORE)
            message, fds = self._receive()
            try:
                if message[:1] == channel.FILES_END:
                    return files, channel.FILES_END_BODY.unpack(message[1:])[0]
                if message[:1] != channel.FILE or not fds:
                    raise InfrastructureError("the launcher of a container died while files were collected")
                if not stat.S_ISREG(os.fstat(fds[0]).st_mode):
                    raise InfrastructureError("a collected file is no regular file")
                path = os.fsdecode(message[1 + channel.FILE_HEAD.size :])
                files[path] = capture_of(fds[0], left)
                left -= files[path].size_bytes
                taken += 1
            finally:
                for fd in fds:
                    os.close(fd)


def _what_to_run(spec: RunSpec) -> tuple[object, ...]:
    limits = spec.limits
    numbers = (limits.open_files, limits.stack_bytes or limits.memory_bytes, limits.processes)
    return (spec.argv, dict(spec.env), spec.cwd, spec.directories, numbers)


def _ended_ns(run: ActiveRun) -> int:
    return run.finish.ended_ns if run.finish else 1 << 62


@contextlib.contextmanager
def _closed_on_error(box: Container) -> Iterator[None]:
    """Nobody knows what a container holds whose run broke off: it goes, with all processes, before its groups do."""
    try:
        yield
    except BaseException:
        box.close()
        raise
