"""From a job of Piston's to work of ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from judge.config import LimitSettings
from judge.gateway.dialects.piston.job import Job, JobFile, sources_of
from judge.gateway.dialects.piston.limits import compile_limits, run_limits
from judge.gateway.dialects.piston.runtimes import Kind
from judge.model.submission import SourceFile
from judge.model.work import Data, Execution, InputFile, ProgramSource, SessionRequest

#: Contents that are larger do not come along with the work, but are blobs that it names.
INLINE_BYTES_MAX = 256 << 10

#: What a program finds in its environment beside what its language needs.
_LANGUAGE = "PISTON_LANGUAGE"


def large_contents(job: Job) -> tuple[bytes, ...]:
    """What of a job has to be a blob: files beside the program, and its input."""
    return tuple(one for one in (job.stdin, *(file.content for file in _beside(job))) if len(one) > INLINE_BYTES_MAX)


def execution_of(job: Job, blobs: Mapping[bytes, str], most: LimitSettings) -> Execution:
    """One run of the job's program. ``blobs``: the digests of :func:`large_contents`."""
    return Execution(
        program=program_of(job),
        argv=_command(job),
        arguments=job.arguments,
        environment={_LANGUAGE: job.runtime.language},
        stdin=data_of(job.stdin, blobs),
        files=input_files(job, blobs),
        limits=run_limits(job.limits, most),
        compile_limits=compile_limits(job.limits, most),
        pieces=True,
        unchecked=job.runtime.kind is Kind.PROGRAM and not job.runtime.compiled,
    )


def session_of(job: Job, blobs: Mapping[bytes, str], most: LimitSettings) -> SessionRequest:
    """The same, live: with pipes for its streams. Of its output no more is kept than a reader needs: it may be
    as much as any of ours."""
    limits = msgspec.structs.replace(
        run_limits(job.limits, most), stdout_bytes=most.output_bytes_max, stderr_bytes=most.output_bytes_max
    )
    return SessionRequest(
        program=program_of(job),
        argv=_command(job),
        arguments=job.arguments,
        environment={_LANGUAGE: job.runtime.language},
        files=input_files(job, blobs),
        limits=limits,
        compile_limits=compile_limits(job.limits, most),
        terminal=False,
    )


def program_of(job: Job) -> ProgramSource | None:
    """Its program, in the runtime's language; None of a file that is run as it is."""
    if job.runtime.kind is Kind.FILE:
        return None
    sources, _, main = sources_of(job)
    return ProgramSource(
        sources=tuple(SourceFile(name=file.name, content=file.content) for file in sources),
        language=job.runtime.work_language,
        main=main,
        compiler_arguments=job.runtime.told,
    )


def _command(job: Job) -> tuple[str, ...]:
    return (job.main.name,) if job.runtime.kind is Kind.FILE else ()


def _beside(job: Job) -> tuple[JobFile, ...]:
    return job.files if job.runtime.kind is Kind.FILE else sources_of(job)[1]


def input_files(job: Job, blobs: Mapping[bytes, str]) -> tuple[InputFile, ...]:
    """Files that lie in the directory where the program is run."""
    return tuple(
        InputFile(name=file.name, data=data_of(file.content, blobs), executable=file.name in _command(job))
        for file in _beside(job)
    )


def data_of(content: bytes, blobs: Mapping[bytes, str]) -> Data:
    """The content, or the blob that has it."""
    blob = blobs.get(content)
    return Data(content=content) if blob is None else Data(blob=blob)
