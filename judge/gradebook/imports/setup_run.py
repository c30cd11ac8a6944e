"""A setup script run once in the sandbox, without network: what it makes of its own files is kept, what fails is named.

Commands for packages do nothing there: the root has them, or a layer that was made before. Everything else is done as
the script says, and what needs the network or another place than /autograder fails as it must.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from judge.model.limits import Limits
from judge.model.units import GIB, MIB, S_NS
from judge.sandbox.capture import Completed
from judge.sandbox.spec import ANSWER_FD, Collect, ContainerSpec, Rootfs, RunSpec
from judge.text import printable, safe_text
from judge.toolchain.compile import COMPILE_POLICY, OpenContainer, with_environment
from judge.toolchain.work_files import room_for, with_disk_room
from judge.verdicts import reason_of_run

ROOT = "/autograder"
_SOURCE = "source/"
_FAILED_MAX = 50
_FILES_MAX = 5000
_BYTES_MAX = 256 * MIB
_LIMITS = Limits(
    cpu_time_ns=300 * S_NS,
    cpu_time_hard_ns=300 * S_NS,
    wall_time_ns=600 * S_NS,
    memory_bytes=2 * GIB,
    processes=256,
    stdout_bytes=16 * MIB,
    stderr_bytes=MIB,
    disk_bytes=512 * MIB,
    disk_inodes=1 << 16,
    open_files=1024,
)

#: Of bash: commands for packages do nothing, and each command that fails is told with its line.
_RUN = f"""
nothing() {{ :; }}
apt() {{ :; }}; apt-get() {{ :; }}; aptitude() {{ :; }}; add-apt-repository() {{ return 100; }}
pip() {{ :; }}; pip3() {{ :; }}
sudo() {{ "$@"; }}
python3() {{ if [ "$1 $2" = "-m pip" ]; then :; else command python3 "$@"; fi; }}
set -E
trap 'printf "%s %s\\n" "$LINENO" "$BASH_COMMAND" >&{ANSWER_FD}' ERR
source "$0"
"""


@dataclass(frozen=True)
class SetupRun:
    """``changed``: files of the autograder's own that are new or other than before. ``remarks``: what failed."""

    changed: Mapping[str, bytes]
    remarks: tuple[str, ...]


def run_setup(open_container: OpenContainer, rootfs: Rootfs, files: Mapping[str, bytes], script: str) -> SetupRun:
    """Run the script among its files; blocks for as long as it takes, at most ten minutes.

    ``rootfs`` has a directory /autograder. Raises InfrastructureError.
    """
    placed = {f"{_SOURCE}{name}": content for name, content in files.items()}
    limits = with_disk_room(_LIMITS, *room_for({name: len(content) for name, content in placed.items()}))
    spec = RunSpec(
        argv=("/bin/bash", "-c", _RUN, f"{ROOT}/{_SOURCE}{script}"),
        limits=limits,
        cwd=ROOT,
        directories=("results", "submission"),
        collect=Collect(patterns=("**/*",), files_max=_FILES_MAX, bytes_max=_BYTES_MAX),
        merge_stderr=True,
        answer_bytes=64 << 10,
    )
    spec = with_environment(spec, {"HOME": ROOT, "DEBIAN_FRONTEND": "noninteractive"})
    container_spec = ContainerSpec.under(rootfs, limits, policy=COMPILE_POLICY, work_alias=ROOT)
    with open_container(container_spec) as container:
        done = container.run(spec, files=placed, executables=tuple(placed))
        try:
            left = {name: capture.read() for name, capture in done.files.items()}
            return SetupRun(_changed(left, placed), tuple(_remarks(script, left, placed, done)))
        finally:
            for capture in done.captures():
                capture.close()


def _changed(left: Mapping[str, bytes], placed: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        name.removeprefix(_SOURCE): content
        for name, content in left.items()
        if name.startswith(_SOURCE) and placed.get(name) != content
    }


def _remarks(script: str, left: Mapping[str, bytes], placed: Mapping[str, bytes], done: Completed) -> list[str]:
    remarks = [f"{script}:{printable(line)}: failed" for line in _failed(done)]
    ended = reason_of_run(done.result)
    if ended and (not remarks or done.result.exit_code is None):
        remarks.append(f"{script}: {ended}")
    if remarks:
        said = safe_text(done.stdout.tail(2000), 2000).strip()
        remarks += [f"it said: {printable(said.splitlines()[-1], 200)}"] if said else []
    others = sorted(name for name in left if not name.startswith(_SOURCE))
    remarks += [f"{script}: {ROOT}/{printable(name)} is not kept: only what lies in source is" for name in others[:10]]
    if done.passed_over:
        remarks.append(f"{script}: {done.passed_over} files are too many or too large, and were not kept")
    return remarks


def _failed(done: Completed) -> list[str]:
    """``LINE: COMMAND`` of each that failed, each once."""
    lines = safe_text(done.answer.read(), 64 << 10).splitlines()
    found = dict.fromkeys(line.replace(" ", ": ", 1) for line in lines if line[:1].isdigit())
    return [line[:300] for line in found][:_FAILED_MAX]
