"""Limits that can be unplugged on purpose (make test-vm with --break-limit): the tests must fail then."""

from __future__ import annotations

_CGROUP = "judge/sandbox/cgroups/run_group.py"
_LAUNCHER = "judge/sandbox/inside/launcher.py"

#: name -> (file of the installed package, what stands there, what is put instead)
BREAKAGES = {
    "memory": (_CGROUP, 'self.write("memory_max", memory_bytes)', "pass"),
    "processes": (_LAUNCHER, 'os.write(doors[-1], b"%d" % processes)', 'os.write(doors[-1], b"max")'),
    "cpu": (_CGROUP, '"usage_usec") * 1000', '"no such line") * 1000'),
}
