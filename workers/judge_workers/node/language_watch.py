"""Has the languages looked at again when a toolchain may have come, gone or changed; for the leases process.

The look itself tests programs in the sandbox and so is a process of its own (``judge_workers.node.probe
--languages``); what it finds it leaves in the profile, at once for each language. Looking here costs some hundred stat
calls.
"""

from __future__ import annotations

import os
import signal
import time

from judge.config import Settings
from judge_workers.file_signature import signature
from judge_workers.node.process import ProcessSpec, python_module, spawn
from judge_workers.profile import Profile, load_profile, profile_path

#: A look that broke off is begun again after this long.
AGAIN_AFTER_S = 60.0


class LanguageWatch:
    """See the module. ``profile`` is the one that the caller acts upon."""

    def __init__(self, settings: Settings, profile: Profile) -> None:
        self._settings = settings
        self._watched = profile.watched
        self._due = profile.untested
        self._signature = signature(self._watched)
        self._written = signature([str(profile_path(settings.state))])
        self._pid = 0
        self._not_before_s = 0.0

    def look(self) -> Profile | None:
        """The profile, when it has changed since the last look; starts the process when it is time. Never blocks.

        Raises HostError when the profile cannot be read.
        """
        if self._pid:
            self._reap()
        now = signature(self._watched)
        if not self._pid and time.monotonic() >= self._not_before_s and (self._due or now != self._signature):
            self._signature, self._due = now, False
            self._pid = self._start()
        written = signature([str(profile_path(self._settings.state))])
        if written == self._written:
            return None
        self._written = written
        profile = load_profile(self._settings.state)
        self._watched = profile.watched
        return profile

    def _reap(self) -> None:
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if not pid:
            return
        self._pid = 0
        if status:  # it died, or the host ailed: what it had to do is still to be done
            self._due = True
            self._not_before_s = time.monotonic() + AGAIN_AFTER_S

    def _start(self) -> int:
        scratch = self._settings.state.run / "tmp" / "languages"
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        argv = python_module("judge_workers.node.probe", "--languages")
        return spawn(ProcessSpec("languages", argv, dict(os.environ), scratch, death_signal=signal.SIGKILL))
