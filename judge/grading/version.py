"""Which version of a toolchain a language has, asked of the toolchain itself, in the sandbox."""

from __future__ import annotations

import re

from judge.grading.compile import COMPILE_POLICY, OpenContainer, Toolchain, with_environment
from judge.grading.text import safe_text
from judge.model.language import LanguageSpec
from judge.model.limits import COMPILE_LIMITS
from judge.sandbox.spec import ContainerSpec, RunSpec

_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+~-]*")
_NUMBER = re.compile(r"\d+")
_ANSWER_BYTES_MAX = 4096


def toolchain_version(open_container: OpenContainer, toolchain: Toolchain, language: LanguageSpec) -> str:
    """The version number in what ``version_command`` prints, or empty when it has none. Blocks for one run."""
    if not language.version_command:
        return ""
    spec = with_environment(RunSpec(argv=language.version_command, limits=COMPILE_LIMITS), language.compile_env)
    container = ContainerSpec(
        rootfs=toolchain.rootfs,
        policy=COMPILE_POLICY,
        open_files_max=COMPILE_LIMITS.open_files,
        disk_bytes=COMPILE_LIMITS.disk_bytes,
    )
    with open_container(container) as box:
        done = box.run(spec)
    answer = done.stdout.read(_ANSWER_BYTES_MAX) + b"\n" + done.stderr.read(_ANSWER_BYTES_MAX)
    return version_in(safe_text(answer, len(answer)))


def version_in(text: str) -> str:
    """The first thing that looks like a version number: ``12.2.0``, else a lone number, else empty."""
    for line in text.splitlines():
        match = _VERSION.search(line)
        if match:
            return match[0]
    match = _NUMBER.search(text)
    return match[0] if match else ""
