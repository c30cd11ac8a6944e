"""The settings of the Judge0 dialect. Their names are those of Judge0's own."""

from __future__ import annotations

from typing import Annotated

from judge.config.dialects.every import Enabled, says_enabled, says_port
from judge.config.section import Section, says


class Judge0Settings(Section, frozen=True, kw_only=True):
    """For clients of Judge0"""

    enabled: Annotated[Enabled, says_enabled("JUDGE0_ENABLED")] = "auto"
    port: Annotated[int, says_port("JUDGE0_PORT", 2358)] = 0
    version: Annotated[
        str,
        says(
            "The version that it says it is; `1.13.1` knows no `post_execution_filesystem`.", variable="JUDGE0_VERSION"
        ),
    ] = "1.14.0"
    authn_header: Annotated[
        str,
        says(
            "The header, or parameter, with a client's key; the usual ones of keys are read as well.",
            variable="JUDGE0_AUTHN_HEADER",
        ),
    ] = "X-Auth-Token"
    authz_header: Annotated[
        str, says("The header, or parameter, with the key of who may list and delete.", variable="JUDGE0_AUTHZ_HEADER")
    ] = "X-Auth-User"
    implicit_base64: Annotated[
        bool,
        says(
            "`base64_encoded` is true where a request does not say it, as on unreleased servers.",
            variable="JUDGE0_IMPLICIT_BASE64",
        ),
    ] = False
    enable_wait_result: Annotated[bool, says("Take `wait=true`.", variable="JUDGE0_ENABLE_WAIT_RESULT")] = True
    enable_compiler_options: Annotated[
        bool, says("Take `compiler_options`.", variable="JUDGE0_ENABLE_COMPILER_OPTIONS")
    ] = True
    allowed_languages_for_compiler_options: Annotated[
        tuple[str, ...],
        says(
            "First words of languages' names that take them; none = all compiled ones.",
            variable="JUDGE0_ALLOWED_LANGUAGES_FOR_COMPILER_OPTIONS",
        ),
    ] = ()
    enable_command_line_arguments: Annotated[
        bool, says("Take `command_line_arguments`.", variable="JUDGE0_ENABLE_COMMAND_LINE_ARGUMENTS")
    ] = True
    enable_submission_delete: Annotated[
        bool, says("Who is authorized may delete.", variable="JUDGE0_ENABLE_SUBMISSION_DELETE")
    ] = False
    enable_callbacks: Annotated[bool, says("Take `callback_url`.", variable="JUDGE0_ENABLE_CALLBACKS")] = True
    callbacks_max_tries: Annotated[
        int, says("Attempts of a callback.", variable="JUDGE0_CALLBACKS_MAX_TRIES", ge=1, le=10)
    ] = 3
    callbacks_timeout: Annotated[
        float, says("Seconds that one attempt may take.", variable="JUDGE0_CALLBACKS_TIMEOUT", gt=0, le=60)
    ] = 5.0
    enable_additional_files: Annotated[
        bool, says("Take `additional_files`.", variable="JUDGE0_ENABLE_ADDITIONAL_FILES")
    ] = True
    enable_batched_submissions: Annotated[bool, says("Take batches.", variable="JUDGE0_ENABLE_BATCHED_SUBMISSIONS")] = (
        True
    )
    max_submission_batch_size: Annotated[
        int, says("Submissions of a batch.", variable="JUDGE0_MAX_SUBMISSION_BATCH_SIZE", ge=1, le=1000)
    ] = 20
    max_queue_size: Annotated[
        int,
        says(
            "Work that may wait in the whole queue for this dialect to hand more in (0 = as the queue has it).",
            variable="JUDGE0_MAX_QUEUE_SIZE",
            ge=0,
        ),
    ] = 100
    cpu_time_limit: Annotated[float, says("CPU seconds.", variable="JUDGE0_CPU_TIME_LIMIT", ge=0)] = 5.0
    max_cpu_time_limit: Annotated[
        float, says("The most; of compiling, too.", variable="JUDGE0_MAX_CPU_TIME_LIMIT", gt=0)
    ] = 15.0
    cpu_extra_time: Annotated[
        float, says("CPU seconds behind the limit after which it is ended.", variable="JUDGE0_CPU_EXTRA_TIME", ge=0)
    ] = 1.0
    max_cpu_extra_time: Annotated[float, says("The most.", variable="JUDGE0_MAX_CPU_EXTRA_TIME", ge=0)] = 5.0
    wall_time_limit: Annotated[float, says("Real seconds.", variable="JUDGE0_WALL_TIME_LIMIT", ge=1)] = 10.0
    max_wall_time_limit: Annotated[
        float, says("The most; of compiling, too.", variable="JUDGE0_MAX_WALL_TIME_LIMIT", ge=1)
    ] = 20.0
    memory_limit: Annotated[int, says("Memory in KiB.", variable="JUDGE0_MEMORY_LIMIT", ge=2048)] = 128_000
    max_memory_limit: Annotated[int, says("The most.", variable="JUDGE0_MAX_MEMORY_LIMIT", ge=2048)] = 512_000
    stack_limit: Annotated[int, says("Stack in KiB.", variable="JUDGE0_STACK_LIMIT", ge=0)] = 64_000
    max_stack_limit: Annotated[int, says("The most.", variable="JUDGE0_MAX_STACK_LIMIT", ge=0)] = 128_000
    max_processes_and_or_threads: Annotated[
        int, says("Processes and threads.", variable="JUDGE0_MAX_PROCESSES_AND_OR_THREADS", ge=1)
    ] = 60
    max_max_processes_and_or_threads: Annotated[
        int, says("The most.", variable="JUDGE0_MAX_MAX_PROCESSES_AND_OR_THREADS", ge=1)
    ] = 120
    enable_per_process_and_thread_time_limit: Annotated[
        bool, says("Where a request does not say it.", variable="JUDGE0_ENABLE_PER_PROCESS_AND_THREAD_TIME_LIMIT")
    ] = False
    allow_enable_per_process_and_thread_time_limit: Annotated[
        bool,
        says(
            "A request may say it (the limit is of all processes together all the same).",
            variable="JUDGE0_ALLOW_ENABLE_PER_PROCESS_AND_THREAD_TIME_LIMIT",
        ),
    ] = True
    enable_per_process_and_thread_memory_limit: Annotated[
        bool, says("Where a request does not say it.", variable="JUDGE0_ENABLE_PER_PROCESS_AND_THREAD_MEMORY_LIMIT")
    ] = False
    allow_enable_per_process_and_thread_memory_limit: Annotated[
        bool,
        says(
            "A request may ask for an address-space limit of each process beside that of all together.",
            variable="JUDGE0_ALLOW_ENABLE_PER_PROCESS_AND_THREAD_MEMORY_LIMIT",
        ),
    ] = True
    max_file_size: Annotated[int, says("Size of an output in KiB.", variable="JUDGE0_MAX_FILE_SIZE", ge=0)] = 1024
    max_max_file_size: Annotated[int, says("The most.", variable="JUDGE0_MAX_MAX_FILE_SIZE", ge=1)] = 4096
    number_of_runs: Annotated[
        int, says("Runs, of which the means are given.", variable="JUDGE0_NUMBER_OF_RUNS", ge=1)
    ] = 1
    max_number_of_runs: Annotated[int, says("The most.", variable="JUDGE0_MAX_NUMBER_OF_RUNS", ge=1, le=50)] = 20
    redirect_stderr_to_stdout: Annotated[
        bool, says("Where a request does not say it.", variable="JUDGE0_REDIRECT_STDERR_TO_STDOUT")
    ] = False
    memory_limit_status: Annotated[
        bool,
        says(
            "A status of its own, 15, for programs over the memory limit, instead of 11 or 12.",
            variable="JUDGE0_MEMORY_LIMIT_STATUS",
        ),
    ] = False
    post_execution_filesystem: Annotated[
        bool,
        says(
            "Keep what programs leave in their directory, for `fields=*`.", variable="JUDGE0_POST_EXECUTION_FILESYSTEM"
        ),
    ] = True
