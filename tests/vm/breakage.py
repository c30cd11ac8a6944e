"""Limits that can be unplugged on purpose (make test-vm with --break-limit): the tests must fail then."""

from __future__ import annotations

_CGROUP = "judge/sandbox/cgroups/run_group_v2.py"
_MEMBERSHIP = "judge/sandbox/inside/membership.py"

#: name -> (file of the installed package, what stands there, what is put instead)
BREAKAGES = {
    "memory": (_CGROUP, 'self.write("memory_max", memory_bytes)', "pass"),
    "processes": (
        _MEMBERSHIP,
        'os.write(self._launch_fds[group][-1], b"%d" % processes)',
        'os.write(self._launch_fds[group][-1], b"max")',
    ),
    "cpu": (_CGROUP, '"usage_usec") * 1000', '"no such line") * 1000'),
}
