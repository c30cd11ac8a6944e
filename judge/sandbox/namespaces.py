"""The life of a container: its namespaces are made, kept as good as new for each run, made again, ended."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

import msgspec

from judge.errors import InfrastructureError, SandboxError
from judge.kernel.netlink import loopback_up_request
from judge.model.limits import Limits
from judge.sandbox.launcher_client import LauncherClient
from judge.sandbox.launcher_groups import LauncherGroups
from judge.sandbox.plan import alias_mounts, container_steps, run_mounts, template_steps
from judge.sandbox.protocol import DIRTY_NETWORK, RUN_MOUNTS, STATE, OpenContainer, Step
from judge.sandbox.reports import MountState
from judge.sandbox.resources import SlotResources
from judge.sandbox.spec import DEFAULT_POLICY, OPEN_FILES_MAX_MIN, ContainerSpec, Rootfs, RunSpec, TemplateSpec
from judge.sandbox.template import Template
from judge.sandbox.zygote_client import StartedWith

_EVERY_MOUNT = (1 << len(RUN_MOUNTS)) - 1
#: A template costs about as much as a start of its own, a copy of it half of one.
_TEMPLATE_RUNS_MIN = 4
#: An interpreter that did not get ready this often in a row is not tried again in the slot.
_FAILED_STARTS_MAX = 3
_WORK_MOUNT = 1 << RUN_MOUNTS.index("/work")

#: Changes a plan before it is carried out: how tests of the error paths let a step fail.
PlanChange = Callable[[list[Step]], list[Step]]


class Namespaces:
    """Namespaces, the read-only root and the artifact, with a launcher inside."""

    def __init__(self, resources: SlotResources, spec: ContainerSpec, change_plan: PlanChange | None = None) -> None:
        self.resources = resources
        self.spec = spec
        self.served = 1  #: how many pieces of work
        self.groups = LauncherGroups(resources.groups)
        self._change_plan = change_plan
        self._launcher: LauncherClient | None = None  # None until opened, and from a close to the next open
        self._dirty = 0  # MountState.dirty since the mounts were fresh; holds once _state_is_due is False
        self._disk = (spec.disk_bytes, spec.disk_inodes)  # sizes of the run's file systems as they are mounted now
        self._must_be_new = False  # something that no file system holds may be left of an earlier run
        self._state_is_due = False  # the launcher's STATE of the last run was not heard yet
        # Which directory lies at /artifact: its device and inode; no other gets the number while it does.
        self._shown = (0, 0)
        self._last_artifact = spec.artifact  # of the last piece of work
        self._template: Template | None = None
        self._template_came_again = False  # the last two pieces of work asked for the same
        self._template_tried: TemplateSpec | None = None  # the last one; what was lost with its container is not again
        self._came_again = False  # it was that of the one before, too, and is likely to be that of the next

    @property
    def is_open(self) -> bool:
        """There is a launcher, as far as is known."""
        return self._launcher is not None

    @property
    def is_fit(self) -> bool:
        """As far as is known yet, other programs may run here."""
        launcher = self._launcher
        return launcher is not None and launcher.is_alive and not self._is_spoilt() and not self.spec.fresh_each_run

    @property
    def launcher(self) -> LauncherClient:
        """Of the open namespaces. Raises InfrastructureError when they are closed."""
        if self._launcher is None:
            raise InfrastructureError("the launcher of a container is gone")
        return self._launcher

    def open(self) -> None:
        """Make them; returns when the launcher is behind all walls. Raises SandboxError."""
        spec, zygote = self.spec, self.resources.zygote
        if spec.open_files_max < OPEN_FILES_MAX_MIN:
            raise SandboxError("limit", detail=f"open_files_max must be at least {OPEN_FILES_MAX_MIN}")
        zygote.ensure_policy(spec.policy)
        root = zygote.ensure_root(spec.rootfs)
        number = next(self.resources.numbers)
        comes_later = self._wants_template()
        shown = "" if comes_later else spec.artifact
        self._shown = _identity_of(shown)
        request = OpenContainer(number, self._plan(root), self._artifact_lowers(shown))
        self._launcher = LauncherClient(zygote, request)
        self._dirty, self._disk, self._state_is_due = 0, (spec.disk_bytes, spec.disk_inodes), False
        self._must_be_new = False
        if comes_later:
            self._start_template()
            self._shown = _identity_of(spec.artifact)
            if lowers := self._artifact_lowers(spec.artifact):
                self.launcher.show_artifact(lowers, hide=False)

    def _wants_template(self) -> bool:
        spec, failed = self.spec, self.resources.zygote.failed_starts
        return (
            spec.template is not None
            and spec.template != self._template_tried
            and failed[_started_with(spec.rootfs, spec.template)] < _FAILED_STARTS_MAX
            and not spec.fresh_each_run
            and spec.policy == DEFAULT_POLICY
            and (spec.runs >= _TEMPLATE_RUNS_MIN or self._template_came_again)
        )

    def _start_template(self) -> None:
        """While no artifact is shown, and the file systems are fresh: the interpreter finds nothing of a submission.
        Where it does not get ready, runs do without."""
        spec = self.spec
        assert spec.template is not None
        self._forget_template()
        self._template_tried = spec.template
        steps = template_steps(spec, self.resources.identity.inside, self.resources.cpu)
        started_with = _started_with(spec.rootfs, spec.template)
        with contextlib.suppress(SandboxError):
            self._template = self.launcher.start_template(spec.template, steps, started_with)
        self._must_be_new = self._template is None
        self.resources.zygote.note_start(started_with, failed=self._template is None)

    def _forget_template(self) -> None:
        template, self._template = self._template, None
        if template is not None:
            os.close(template.listener_fd)

    def template_for(self, run: RunSpec, stdin_fd: int) -> Template | None:
        """The template that a run with this input may be a copy of."""
        template = self._template
        return template if template is not None and template.makes(run, stdin_fd) else None

    def _plan(self, root: str) -> list[Step]:
        resources = self.resources
        steps = container_steps(self.spec, resources.identity.inside, root, resources.cpu, loopback_up_request())
        return steps if self._change_plan is None else self._change_plan(steps)

    def _artifact_lowers(self, artifact: str) -> list[str]:
        """An overlay without an upper directory wants two lower ones: the artifact over an empty one."""
        if not artifact:
            return []
        empty = self.spec.rootfs.mounts[0].lowers[-1]
        return [self.resources.zygote.seen(path) for path in (artifact, empty)]

    def close(self) -> None:
        """End everything inside; returns when it is gone. Idempotent."""
        self.hear_state()  # by then the launcher has seen to it that nothing of the run lives on in the kernel
        launcher, self._launcher = self._launcher, None
        self._forget_template()
        is_gone = launcher is None or launcher.close()
        self.groups.give_back_all(launcher_is_gone=is_gone)

    def serve(self, spec: ContainerSpec) -> None:
        """The next runs are of another piece of work, which asks for this. Raises SandboxError, and
        InfrastructureError, also when the launcher has died meanwhile."""
        artifact = spec.artifact
        if not self.launcher.is_alive:
            raise InfrastructureError("the launcher of a container that was kept is gone")
        self.served += 1
        self._came_again, self._last_artifact = bool(artifact) and artifact == self._last_artifact, artifact
        self._template_came_again = spec.template is not None and spec.template == self.spec.template
        self.spec = msgspec.structs.replace(self.spec, template=spec.template, runs=spec.runs)
        if self._wants_template():
            self.hear_state()
            if not self._is_spoilt():
                self._show("")
                self._renew(self._disk)
                self._start_template()
        self._show(artifact)

    def _show(self, artifact: str) -> None:
        """Nothing is to do where it lies there already, and is the same directory and not a later one of its name."""
        identity = _identity_of(artifact)
        if (artifact, identity) != (self.spec.artifact, self._shown):
            shown, lowers = bool(self.spec.artifact), self._artifact_lowers(artifact)
            self.launcher.show_artifact(lowers, hide=shown)
            self.spec, self._shown = msgspec.structs.replace(self.spec, artifact=artifact), identity

    def tidy(self) -> bool:
        """Take away what the runs so far have left, and their artifact unless it is likely to be the next one's.
        Returns False when it must be closed."""
        try:
            self.hear_state()
            if not self.is_fit:
                return False
            self._renew(self._disk)
            if not self._came_again:
                self._show("")
        except (SandboxError, InfrastructureError):
            return False
        return True

    def start_over(self) -> None:
        """The next run gets fresh namespaces, whatever the earlier ones did."""
        self._must_be_new = True

    def freshen(self, limits: Limits) -> None:
        """Before a run: nothing of an earlier one may be left, and the file systems have the run's sizes.

        Raises SandboxError, InfrastructureError."""
        self.hear_state()
        if self._launcher is None or self._is_spoilt():
            self.close()
            self.open()
        self._renew((min(limits.disk_bytes, self.spec.disk_bytes), min(limits.disk_inodes, self.spec.disk_inodes)))

    def _is_spoilt(self) -> bool:
        """What is left of earlier runs, fresh mounts do not take away."""
        return self._must_be_new or bool(self._dirty & DIRTY_NETWORK)

    def _renew(self, disk: tuple[int, int]) -> None:
        """Fresh file systems of this size over those that were used, or had another."""
        if disk != self._disk:
            self._disk, self._dirty = disk, _EVERY_MOUNT
        if self._dirty:
            uid = self.resources.identity.inside.in_container(self.spec)
            fresh = run_mounts(uid, *self._disk, prefix="/")
            aliases = alias_mounts(self.spec.work_alias, prefix="/") if self._dirty & _WORK_MOUNT else []
            used = [mount for index, mount in enumerate(fresh) if self._dirty >> index & 1]
            self.launcher.renew_mounts([*used, *aliases])
        self._dirty = 0

    def begin_use(self) -> None:
        """A run is started: all counts as used until its launcher says better."""
        self._dirty = _EVERY_MOUNT

    def expect_state(self) -> None:
        """A run has finished: its launcher is about to say what it left behind."""
        self._state_is_due = True

    def hear_state(self) -> int:
        """What the last run left behind, as its launcher says after the run. Returns MountState.full."""
        if not self._state_is_due:
            return 0
        self._state_is_due = False
        report = self.launcher.hear()
        if report[:1] != STATE:
            self.close()
            return 0
        self._dirty, full = MountState.unpack(report[1:])
        return full


def _started_with(rootfs: Rootfs, template: TemplateSpec) -> StartedWith:
    return rootfs, template.argv[0], template.start_env


def _identity_of(artifact: str) -> tuple[int, int]:
    """Device and inode of a directory; zeros for none, or one that is not there."""
    if not artifact:
        return (0, 0)
    try:
        info = os.stat(artifact)
    except OSError:
        return (0, 0)
    return (info.st_dev, info.st_ino)
