"""Layers built by the plain user, of the archive on the payload's disk, and a language that stands on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from checks import PAYLOAD, Failed, Report, as_judge, delegated, last_line, must, run

#: In the archive (deploy/vm/archive.py), and nowhere in the guest itself.
LANGUAGE = "bc"
_ARCHIVE = PAYLOAD / "archive"
#: Where mmdebstrap's own tree lies meanwhile: each block of the emulated disk costs time.
_MEMORY = "/mnt/memory"
#: A busy host's emulated processor took longer than 20 minutes.
_BUILD_MAX_S = 2400

Steps = Iterator[tuple[str, Callable[[], Report]]]


def as_user() -> Steps:
    """Build, prove a language on it, remove."""
    yield "layers: start", build
    yield "layers: judge languages test", test
    yield "layers: remove", remove


def build() -> Report:
    """A base and a toolchain by mmdebstrap in a user namespace."""
    origin = ["--mirror", f"copy://{_ARCHIVE}/debian", "--keyring", f"{_ARCHIVE}/keyring.gpg"]
    must(["mkdir", "-p", _MEMORY])
    must(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", _MEMORY])
    try:
        done = must(as_judge(["env", f"TMPDIR={_MEMORY}", "judge", "rootfs", "build", LANGUAGE, *origin]), _BUILD_MAX_S)
    finally:
        must(["umount", "--lazy", _MEMORY])
    shown = must(as_judge(["judge", "rootfs", "show", "--verify", "toolchain"]), 120)
    base = must(as_judge(["judge", "rootfs", "show", "--verify", "base"]), 120)
    return Report(f"{done.stdout.split()[1]} on {base.stdout.split()[0]}", done.output + shown.output + base.output)


def test() -> Report:
    """The language proves itself on the layer, not on what the guest has.

    An emulated processor runs into the time limit before it has filled the memory: that alone is let pass.
    """
    done = run(delegated(["judge", "languages", "test", LANGUAGE, "--json"]), 600)
    try:
        row = json.loads(done.stdout)[0]
        results = row["report"]["results"]
    except (ValueError, LookupError, TypeError):
        raise Failed(Report(f"exit code {done.code}: {last_line(done.output)}", done.output)) from None
    passed = [one["test"] for one in results if one["passed"]]
    failed = [f"{one['test']}: {one['detail']}" for one in results if one["passed"] is False]
    wrong = [text for text in failed if not text.startswith("allocate: TLE ")]
    if wrong or "add" not in passed or row["source"] != "layers":
        raise Failed(Report(f"source {row['source']}, passed {passed}, failed {failed}", done.output))
    slow = ", too slow here: allocate" if failed else ""
    return Report(f"{row['name']} {row['version']} of {row['source']}: {', '.join(passed)} passed{slow}", done.output)


def remove() -> Report:
    """The language's layer goes, then the base that carries nothing any more."""
    done = must(as_judge(["judge", "languages", "remove", LANGUAGE]), 120)
    must(as_judge(["judge", "rootfs", "remove", "base"]), 120)
    left = must(as_judge(["judge", "rootfs", "list", "--json"]), 120)
    if json.loads(left.stdout):
        raise Failed(Report("layers are left", left.output))
    return Report(last_line(done.stdout), done.output)
