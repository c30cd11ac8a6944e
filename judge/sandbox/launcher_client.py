"""The slot's process's side of a launcher: what is said to it and heard from it, and what it knows by now."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
from collections.abc import Sequence
from dataclasses import replace

from judge.errors import InfrastructureError, SandboxError
from judge.kernel import abi
from judge.sandbox import channel
from judge.sandbox.cgroups.run_group import RunGroup
from judge.sandbox.protocol import (
    JOIN_FDS_KEPT,
    NAMESPACES,
    CloseContainer,
    EndTemplate,
    HandOutNamespaces,
    KillContainer,
    LauncherRequest,
    MountCall,
    NoteFreshMounts,
    OpenContainer,
    RenewMounts,
    ShowArtifact,
    StartTemplate,
    Step,
    UseTemplate,
)
from judge.sandbox.reports import REPORT_BYTES_MAX
from judge.sandbox.spec import RunSpec, TemplateSpec
from judge.sandbox.template import Template, charge_of
from judge.sandbox.zygote_client import StartedWith, ZygoteClient


class LauncherClient:
    """A live launcher; of one thread."""

    def __init__(self, zygote: ZygoteClient, request: OpenContainer) -> None:
        """Have its container made. Raises SandboxError, InfrastructureError."""
        self._zygote = zygote
        self._number = request.number
        self.control_fd, self.listener_fd = zygote.ask("clone container", request)
        self._socket = socket.socket(fileno=self.control_fd)
        #: The last run's program: the launcher has it, and it was checked. Set by the sender of StartRun.
        self.known_spec: RunSpec | None = None
        self._known_groups: set[int] = set()  # group_id of those whose descriptors it keeps; at most JOIN_FDS_KEPT
        _listening(self.listener_fd)

    def send(self, request: LauncherRequest, fds: Sequence[int] = ()) -> None:
        """Raises SandboxError when it is too large, InfrastructureError when the launcher is dead."""
        try:
            channel.send(self._socket, request, list(fds))
        except ValueError as error:
            raise SandboxError("send request", detail=f"arguments and environment are too large: {error}") from error
        except OSError as error:
            raise InfrastructureError(f"the launcher of a container is gone: {error}") from error

    def tell(self, data: bytes) -> None:
        """Send KILL or MORE; a dead launcher is no error."""
        with contextlib.suppress(OSError):
            channel.send_bytes(self._socket, data)

    def hear(self) -> bytes:
        """The next report that brings no descriptors; empty when the launcher died. Blocks."""
        try:
            return self._socket.recv(REPORT_BYTES_MAX)
        except OSError:
            return b""

    def receive(self) -> tuple[bytes, list[int]]:
        """The next report with its descriptors; empty when the launcher died. Blocks."""
        try:
            return channel.receive_bytes(self._socket)
        except OSError:
            return b"", []

    def unknown_groups(self, groups: Sequence[RunGroup]) -> Sequence[RunGroup]:
        """Those of ``groups`` whose descriptors must go with the next StartRun; they count as known from now on."""
        known = self._known_groups
        unknown = [group for group in groups if group.group_id not in known]
        if not unknown:
            return ()
        if len(known) + len(unknown) > JOIN_FDS_KEPT:
            known.clear()
            unknown = list(groups)
        known.update(group.group_id for group in unknown)
        return unknown

    def renew_mounts(self, mounts: list[MountCall]) -> None:
        """Lay fresh file systems over used ones. Raises SandboxError, InfrastructureError."""
        self._zygote.ask("renew mounts", RenewMounts(self._number, mounts))
        self.send(NoteFreshMounts())

    def show_artifact(self, lowers: list[str], *, hide: bool) -> None:
        """Another artifact at /artifact, or none; ``hide``: there is one now. Raises SandboxError,
        InfrastructureError."""
        self._zygote.ask("mount artifact", ShowArtifact(self._number, hide, lowers))

    def start_template(self, template: TemplateSpec, steps: list[Step], started_with: StartedWith) -> Template | None:
        """Have an interpreter started that runs may be copies of; no artifact is shown now. None = it does not get
        ready, and nobody knows what its start has left. Raises SandboxError, InfrastructureError."""
        self.send(HandOutNamespaces())
        report, namespace_fds = self.receive()
        try:
            if report[:1] != NAMESPACES:
                raise InfrastructureError("the launcher of a container is gone")
            request = StartTemplate(
                self._number,
                steps,
                template.argv,
                dict(template.start_env),
                template.open_files,
                template.stack_bytes,
            )
            control_fd, listener_fd = self._zygote.ask("start template", request, namespace_fds)
        finally:
            for fd in namespace_fds:
                os.close(fd)
        try:
            charge = charge_of(control_fd)
            if charge is None:
                self._zygote.ask("end template", EndTemplate(self._number))
                os.close(listener_fd)
                return None
            self.send(UseTemplate(), (control_fd,))
        except BaseException:
            os.close(listener_fd)
            raise
        finally:
            os.close(control_fd)
        charge = replace(charge, cpu_ns=self._zygote.usual_start_ns(started_with, charge.cpu_ns))
        return Template(template, charge, _listening(listener_fd))

    @property
    def is_alive(self) -> bool:
        """Its process lives, as far as the kernel knows by now."""
        news = select.poll()
        news.register(self.control_fd, 0)  # that the other end was closed is told unasked
        return not news.poll(0)

    def kill_hard(self) -> None:
        """Kill the container from outside; it still must be closed."""
        with contextlib.suppress(InfrastructureError):
            self._zygote.ask("kill container", KillContainer(self._number))

    def close(self) -> bool:
        """End everything inside. Returns whether it is certain that it is gone. Call it once."""
        is_gone = False
        with contextlib.suppress(InfrastructureError):
            self._zygote.ask("close container", CloseContainer(self._number))
            is_gone = True
        self._socket.close()
        os.close(self.listener_fd)
        return is_gone


def _listening(listener_fd: int) -> int:
    os.set_blocking(listener_fd, False)
    with contextlib.suppress(OSError):  # before Linux 6.6 a call that waits for an answer takes twice as long
        fcntl.ioctl(listener_fd, abi.SECCOMP_IOCTL_NOTIF_SET_FLAGS, abi.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
    return listener_fd
