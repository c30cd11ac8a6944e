"""What is wrong with a submission, in the words that Judge0's clients know. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from judge.config.dialects import Judge0Settings
from judge.gateway.dialects.judge0.translate.language_ids import MULTI_FILE, LanguageId
from judge.gateway.dialects.judge0.translate.submission import Submission

Complaints = Iterator[tuple[str, str]]

_WORDS_MAX = 512


class Meant(NamedTuple):
    """What a submission's language number stands for here: ``row`` None = it is no number of Judge0's."""

    row: LanguageId | None
    archived: bool = False


class _Bound(NamedTuple):
    """``least`` None = more than 0."""

    name: str
    least: int | None
    most: str


_BOUNDS = (
    _Bound("number_of_runs", None, "max_number_of_runs"),
    _Bound("cpu_time_limit", 0, "max_cpu_time_limit"),
    _Bound("cpu_extra_time", 0, "max_cpu_extra_time"),
    _Bound("wall_time_limit", 1, "max_wall_time_limit"),
    _Bound("memory_limit", 2048, "max_memory_limit"),
    _Bound("stack_limit", 0, "max_stack_limit"),
    _Bound("max_processes_and_or_threads", None, "max_max_processes_and_or_threads"),
    _Bound("max_file_size", 0, "max_max_file_size"),
)


def errors_of(
    sent: Submission, meant: Meant, settings: Judge0Settings, url_complaint: Callable[[str], str]
) -> dict[str, list[str]]:
    """Messages by field, in order; empty = it may be run. ``url_complaint``: why nothing is sent to an address."""
    found: dict[str, list[str]] = {}
    for name, message in _complaints(sent, meant, settings, url_complaint):
        found.setdefault(name, []).append(message)
    return found


def _complaints(
    sent: Submission, meant: Meant, settings: Judge0Settings, url_complaint: Callable[[str], str]
) -> Complaints:
    yield from _content_complaints(sent, meant)
    for bound in _BOUNDS:
        yield from _bound_complaints(sent, bound, getattr(settings, bound.most))
    yield from _flag_complaints(sent, settings)
    for name in ("compiler_options", "command_line_arguments"):
        if len(getattr(sent.options, name) or "") > _WORDS_MAX:
            yield name, f"is too long (maximum is {_WORDS_MAX} characters)"
    yield from _language_complaints(sent, meant)
    yield from _allowed_complaints(sent, meant, settings)
    url = sent.options.callback_url
    if url and url.strip() and settings.enable_callbacks and (complaint := url_complaint(url)):
        yield "callback_url", complaint


def _content_complaints(sent: Submission, meant: Meant) -> Complaints:
    is_project = meant.row is not None and meant.row.id == MULTI_FILE
    if not is_project and _is_blank(sent.source_code):
        yield "source_code", "can't be blank"
    if is_project and not _is_blank(sent.source_code):
        yield "source_code", "must be blank"
    if is_project and _is_blank(sent.additional_files):
        yield "additional_files", "can't be blank"
    if sent.options.language_id is None:
        yield "language_id", "can't be blank"


def _bound_complaints(sent: Submission, bound: _Bound, most: float) -> Complaints:
    value = getattr(sent.options, bound.name)
    if bound.name in sent.not_numbers or value != value:  # NaN
        yield bound.name, "is not a number"
    elif bound.least is None and value <= 0:
        yield bound.name, "must be greater than 0"
    elif bound.least is not None and value < bound.least:
        yield bound.name, f"must be greater than or equal to {bound.least}"
    elif value > most:
        yield bound.name, f"must be less than or equal to {most}"


def _flag_complaints(sent: Submission, settings: Judge0Settings) -> Complaints:
    for what in ("time", "memory"):
        name = f"enable_per_process_and_thread_{what}_limit"
        if getattr(sent.options, name) and not getattr(settings, f"allow_{name}"):
            yield name, "this option cannot be enabled"


def _language_complaints(sent: Submission, meant: Meant) -> Complaints:
    number = "" if sent.options.language_id is None else sent.options.language_id
    if meant.row is None:
        yield "language_id", f"language with id {number} doesn't exist"
    elif meant.archived:
        yield "language_id", f"language with id {number} is archived and cannot be used anymore"


def _allowed_complaints(sent: Submission, meant: Meant, settings: Judge0Settings) -> Complaints:
    options = sent.options
    if (options.compiler_options or "").strip():
        yield from _compiler_complaints(meant, settings)
    if (options.command_line_arguments or "").strip() and not settings.enable_command_line_arguments:
        yield "command_line_arguments", "setting command line arguments is not allowed"
    if (options.callback_url or "").strip() and not settings.enable_callbacks:
        yield "callback_url", "setting callback is not allowed"
    if not _is_blank(sent.additional_files) and not settings.enable_additional_files:
        yield "additional_files", "setting additional files is not allowed"
    if options.enable_network:
        yield "enable_network", "enabling network is not allowed"


def _compiler_complaints(meant: Meant, settings: Judge0Settings) -> Complaints:
    allowed = settings.allowed_languages_for_compiler_options
    only = "setting compiler options is only allowed for"
    if not settings.enable_compiler_options:
        yield "compiler_options", "setting compiler options is not allowed"
    elif meant.row is not None and not meant.row.compiled:
        yield "compiler_options", f"{only} compiled languages"
    elif meant.row is not None and allowed and not meant.row.name.startswith(tuple(f"{one} " for one in allowed)):
        several = f"{', '.join(allowed[:-1])} and {allowed[-1]}" if len(allowed) > 1 else allowed[0]
        yield "compiler_options", f"{only} {several}"


def _is_blank(text: bytes | None) -> bool:
    return text is None or not text.strip()
