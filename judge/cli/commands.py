"""The commands there are."""

from __future__ import annotations

#: command -> module under judge.cli, in the order of --help, with the one-line help.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("run", "run", "run one program once in the sandbox"),
    ("evaluate", "evaluate", "run one program against tests of your own"),
    ("grade", "grade", "judge a submission in this process, without any queue"),
    ("languages", "languages", "list, check, test, install and remove languages"),
    ("rootfs", "rootfs", "build, list, show and remove the layers that languages stand on"),
    ("doctor", "doctor", "check this host and say how to mend it"),
    ("host", "host", "prepare this host for a plain user (as root, once)"),
    ("bench", "bench", "measure the judge against a bare baseline"),
    ("selftest", "selftest", "attack this host's sandbox and see whether it holds"),
    ("report", "report", "show a report again, as text or as an HTML page"),
    ("verify", "verify", "judge every submission in problem packages and compare with their labels"),
    ("package", "package", "look at problem packages without running anything in them"),
    ("demo", "demo", "start a service, judge the examples, show it live"),
    ("up", "up", "start everything on this machine"),
    ("worker", "worker", "start a worker on a Redis of your own"),
    ("publish", "publish", "put a problem package into the package store"),
    ("submit", "submit", "hand in a submission and watch it"),
    ("status", "status", "say where submissions stand"),
    ("follow", "follow", "watch a submission that was handed in before"),
    ("result", "result", "show the report of a submission"),
    ("list", "list", "list submissions, newest first"),
    ("cancel", "cancel", "withdraw submissions"),
    ("rejudge", "rejudge", "judge submissions again, compare, then apply or drop"),
    ("blob", "blob", "keep files for work: put, get, list and remove blobs"),
    ("queue", "queue", "show what waits"),
    ("workers", "workers", "show the workers"),
    ("drain", "drain", "stop or resume workers without losing work"),
    ("config", "config", "show the settings that hold, and where each comes from"),
    ("tenant", "tenant", "show or set what one tenant may"),
    ("top", "top", "show live what the service is doing"),
    ("metrics", "metrics", "list every series that /metrics exposes"),
    ("completion", "completion", "print what makes a shell complete this command"),
)
