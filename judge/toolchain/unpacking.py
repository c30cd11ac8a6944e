"""Zip files that come with a program: unpacked in the sandbox, by what the machine has for that, under limits.

Nothing of ours reads an archive. What cannot be unpacked is not there, as on the systems whose clients send archives: a
program that needs it fails by itself.
"""

from __future__ import annotations

from judge.errors import InfrastructureError, WorkError, WorkFilesError
from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.model.units import KIB, MIB, S_NS
from judge.sandbox.capture import Completed
from judge.sandbox.spec import Collect, ContainerSpec, Rootfs, RunSpec
from judge.toolchain.compile import OpenContainer
from judge.toolchain.sources import FILES_MAX

#: What an archive may unpack to, all its files together.
UNPACKED_BYTES_MAX = 24 * MIB

_NAME = "additional_files.zip"

#: The first of these that there is; a file that is there already is never replaced by the first two.
_UNPACK = """
[ -x /usr/bin/unzip ] && exec /usr/bin/unzip -n -qq "$0"
[ -x /usr/bin/bsdtar ] && exec /usr/bin/bsdtar -xkf "$0"
[ -x /usr/bin/python3 ] && exec /usr/bin/python3 -I -m zipfile -e "$0" .
exit 126
"""
_NOTHING_UNPACKS = 126


def unpacked(open_container: OpenContainer, rootfs: Rootfs, archive: bytes) -> tuple[SourceFile, ...]:
    """The regular files of a zip file. Blocks.

    Raises WorkError when they are too many or too large, InfrastructureError where nothing is there to unpack with.
    """
    limits = Limits(
        cpu_time_ns=2 * S_NS,
        cpu_time_hard_ns=3 * S_NS,
        wall_time_ns=4 * S_NS,
        memory_bytes=512 * MIB,
        stdout_bytes=64 * KIB,
        stderr_bytes=64 * KIB,
        disk_bytes=UNPACKED_BYTES_MAX + len(archive) + MIB,
        disk_inodes=2 * FILES_MAX,
    )
    collect = Collect(patterns=("**/*",), files_max=FILES_MAX, bytes_max=UNPACKED_BYTES_MAX + len(archive))
    spec = RunSpec(argv=("/bin/sh", "-c", _UNPACK, _NAME), limits=limits, collect=collect)
    with open_container(ContainerSpec.under(rootfs, limits)) as container:
        try:
            done = container.run(spec, files={_NAME: archive})
        except WorkFilesError as error:
            raise WorkError(f"it does not fit into /work: {error.summary}", "program.archive") from error
        _check(done)
        files = {name: capture.read() for name, capture in done.files.items() if name != _NAME}
    return tuple(SourceFile(name=name, content=content) for name, content in files.items())


def _check(done: Completed) -> None:
    result = done.result
    if result.outcome is Outcome.EXITED and result.exit_code == _NOTHING_UNPACKS:
        raise InfrastructureError("zip files cannot be unpacked here: none of unzip, bsdtar and python3 is in /usr/bin")
    if result.outcome in (Outcome.CPU_LIMIT, Outcome.WALL_LIMIT):
        raise WorkError("it takes too long to unpack", "program.archive")
    if done.passed_over or result.outcome is Outcome.DISK_LIMIT or any(one.truncated for one in done.files.values()):
        most = f"{FILES_MAX} files and {UNPACKED_BYTES_MAX >> 20} MiB"
        raise WorkError(f"it unpacks to more than {most}", "program.archive")
