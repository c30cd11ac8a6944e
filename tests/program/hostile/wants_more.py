"""Asks for limits that nobody allows, and for more descriptors and memory for itself."""

import contextlib
import resource

from judge_program import CallError, Limits, compile, finish, inputs, run

program = compile(inputs.submission)
had = []
for limits in (Limits(cpu_time=1e6), Limits(memory_bytes=1 << 60), Limits(processes=10**6), Limits(disk_bytes=1 << 60)):
    try:
        run(program, stdin="1 2", limits=limits)
        had.append("limits")
    except CallError:
        pass
for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE):
    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY:
        continue
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (hard + 1, hard + 1))
    if resource.getrlimit(kind)[1] > hard:
        had.append(f"rlimit {kind}")
finish("AC" if had else "WA", feedback=" ".join(had))
