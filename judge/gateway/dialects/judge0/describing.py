"""What the service says of itself: languages, statuses, settings, workers, numbers."""

from __future__ import annotations

import platform
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.responses import PlainTextResponse, Response

from judge.gateway.dialects.judge0.access import authorized
from judge.gateway.dialects.judge0.answers import of_framework
from judge.gateway.dialects.judge0.known_languages import commands_of, known_languages
from judge.gateway.dialects.judge0.parameters import parameter
from judge.gateway.dialects.judge0.reading import context_in, status_in
from judge.gateway.dialects.judge0.showing import all_records
from judge.gateway.dialects.judge0.translate.columns import moment
from judge.gateway.dialects.judge0.translate.language_ids import LANGUAGE_IDS
from judge.gateway.dialects.judge0.translate.statuses import MEMORY_LIMIT, MEMORY_LIMIT_WORDS, STATUSES
from judge.gateway.endpoint import Asked, json_answer
from judge.model.units import KIB
from judge.queue import maintenance
from judge.queue.look import look_call
from judge.queue.values import WorkerState
from judge.release import judge_version

#: Settings that are shown under the names that they have here.
_SHOWN = (
    "enable_wait_result", "enable_compiler_options", "enable_command_line_arguments", "enable_submission_delete",
    "enable_callbacks", "callbacks_max_tries", "callbacks_timeout", "enable_additional_files", "max_queue_size",
    "cpu_time_limit", "max_cpu_time_limit", "cpu_extra_time", "max_cpu_extra_time", "wall_time_limit",
    "max_wall_time_limit", "memory_limit", "max_memory_limit", "stack_limit", "max_stack_limit",
    "max_processes_and_or_threads", "max_max_processes_and_or_threads", "enable_per_process_and_thread_time_limit",
    "allow_enable_per_process_and_thread_time_limit", "enable_per_process_and_thread_memory_limit",
    "allow_enable_per_process_and_thread_memory_limit", "max_file_size", "max_max_file_size", "number_of_runs",
    "max_number_of_runs", "redirect_stderr_to_stdout", "enable_batched_submissions", "max_submission_batch_size",
)  # fmt: skip

#: What the judge does in one way only.
_FIXED = {
    "max_extract_size": 24 * KIB,
    "submission_cache_duration": 0.0,
    "use_docs_as_homepage": False,
    "allow_enable_network": False,
    "enable_network": False,
}

_STATISTICS_S = 600
_DAYS = 30
_HOME = "https://github.com/judge0/judge0"


async def list_languages(asked: Asked) -> Response:
    """Those whose compilers are there."""
    known = await known_languages(asked)
    rows = sorted((row for row in LANGUAGE_IDS.values() if not known.meant(row.id).archived), key=lambda row: row.name)
    return json_answer([{"id": row.id, "name": row.name} for row in rows])


async def list_all_languages(asked: Asked) -> Response:
    """All, with whether each is archived."""
    known = await known_languages(asked)
    rows = sorted(LANGUAGE_IDS.values(), key=lambda row: row.name)
    shown = [{"id": row.id, "name": row.name, "is_archived": known.meant(row.id).archived} for row in rows]
    return json_answer(shown)


async def show_language(asked: Asked) -> Response:
    """One, with its commands."""
    number = asked.path["id"]
    row = LANGUAGE_IDS.get(int(number)) if number.isdecimal() and len(number) < 10 else None
    if row is None:
        return of_framework(404)
    known = await known_languages(asked)
    compiling, run = commands_of(row, known.spec(row))
    shown = {"id": row.id, "name": row.name, "is_archived": known.meant(row.id).archived}
    return json_answer(
        shown | {"source_file": row.source_file or None, "compile_cmd": compiling, "run_cmd": run or None}
    )


async def list_statuses(asked: Asked) -> Response:
    """All statuses."""
    own = {MEMORY_LIMIT: MEMORY_LIMIT_WORDS} if asked.service.settings.judge0.memory_limit_status else {}
    return json_answer([{"id": number, "description": words} for number, words in (STATUSES | own).items()])


async def show_config(asked: Asked) -> Response:
    """The settings, by Judge0's names."""
    settings = asked.service.settings.judge0
    shown: dict[str, Any] = {"maintenance_mode": await asked.service.queue.run(maintenance.standing()) is not None}
    shown |= {name: getattr(settings, name) for name in _SHOWN} | _FIXED
    shown["allowed_languages_for_compile_options"] = list(settings.allowed_languages_for_compiler_options)
    shown["disable_implicit_base64_encoding"] = not settings.implicit_base64
    return json_answer(shown)


async def show_system(asked: Asked) -> Response:
    """The gateway's machine; its workers may be others."""
    del asked
    return json_answer(_system())


def _system() -> dict[str, str]:
    about = _values(Path("/proc/cpuinfo"))
    memory = _values(Path("/proc/meminfo"))
    cpus = Path("/proc/cpuinfo").read_text().count("processor\t")
    known = {"Vendor ID": "vendor_id", "CPU family": "cpu family", "Model": "model", "Model name": "model name"}
    shown = {"Architecture": platform.machine(), "Byte Order": "Little Endian", "CPU(s)": str(cpus)}
    shown |= {name: about[key] for name, key in known.items() if key in about}
    return shown | {"Mem": _size(memory.get("MemTotal", "0")), "Swap": _size(memory.get("SwapTotal", "0"))}


def _values(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        found.setdefault(name.strip(), value.strip())
    return found


def _size(said: str) -> str:
    """KiB of the kernel's, as ``free -h`` writes it."""
    amount, units = float(said.split(" ")[0]) * KIB, ["B", "Ki", "Mi", "Gi", "Ti"]
    while amount >= KIB and len(units) > 1:
        amount /= KIB
        units.pop(0)
    return f"{amount:.1f}{units[0]}" if 0 < amount < 10 else f"{amount:.0f}{units[0]}"


async def show_about(asked: Asked) -> Response:
    """Who this is."""
    version = asked.service.settings.judge0.version
    maintainer = f"judge {judge_version() or '0'}"
    return json_answer({"version": version, "homepage": _HOME, "source_code": _HOME, "maintainer": maintainer})


async def show_version(asked: Asked) -> Response:
    """The version of Judge0's that this is like."""
    return PlainTextResponse(asked.service.settings.judge0.version)


async def show_license(asked: Asked) -> Response:
    """Ours: nothing here is of Judge0's."""
    del asked
    return PlainTextResponse("The judge is not Judge0 and has no code of it; its own licence comes with it.\n")


async def show_isolate(asked: Asked) -> Response:
    """What is in isolate's place."""
    del asked
    return PlainTextResponse(f"The judge's own sandbox, version {judge_version() or '0'}, in the place of isolate\n")


async def list_workers(asked: Asked) -> Response:
    """The slots, as workers of the one queue."""
    seen = await asked.service.queue.run(look_call(1))
    slots = [(worker.info.slots, worker.busy, worker.state) for worker in seen.workers]
    on = [(count, busy) for count, busy, state in slots if state is WorkerState.ON]
    working = sum(busy for _, busy, _ in slots)
    shown = {
        "queue": asked.service.settings.judge0.version,
        "size": seen.counters.get("waiting", 0),
        "available": sum(count for count, _, _ in slots),
        "idle": sum(count - busy for count, busy in on),
        "working": working,
        "paused": sum(count for count, _, state in slots if state is not WorkerState.ON),
    }
    return json_answer([shown])


async def show_statistics(asked: Asked) -> Response:
    """Numbers of what the tenant handed in here and is still kept; for ten minutes the same."""
    remembered, whose = asked.service.remembered, "*" if asked.caller.is_admin else asked.caller.tenant
    until_s, shown = remembered.get(("judge0.statistics", whose), (0.0, {}))
    if until_s < time.monotonic() or parameter(asked, "invalidate_cache") == "true":
        shown = await _statistics(asked)
        for name in [name for name, (end_s, _) in remembered.items() if end_s < time.monotonic()]:
            del remembered[name]
        remembered["judge0.statistics", whose] = (time.monotonic() + _STATISTICS_S, shown)
    return json_answer(shown)


async def _statistics(asked: Asked) -> dict[str, Any]:
    records = await all_records(asked)
    now = datetime.now(UTC)
    languages = Counter(context_in(record).language_id for record in records)
    statuses = Counter(status_in(record) for record in records)
    days = Counter(datetime.fromtimestamp(record.submitted_at_ms / 1000, UTC).date() for record in records)
    lately = [now.date() - timedelta(days=back) for back in range(1, _DAYS + 1)]
    return {
        "created_at": moment(int(now.timestamp() * 1000)),
        "cached_until": moment(int((now.timestamp() + _STATISTICS_S) * 1000)),
        "submissions": {
            "total": len(records),
            "today": days[now.date()],
            "last_30_days": {day.isoformat(): days[day] for day in lately},
        },
        "languages": [{"language": _language(number), "count": n} for number, n in languages.most_common()],
        "statuses": [
            {"status": {"id": number, "name": STATUSES[number]}, "count": n} for number, n in statuses.most_common()
        ],
        "database": {"size_pretty": "0 bytes", "size_in_bytes": 0},
    }


def _language(number: int) -> dict[str, Any]:
    row = LANGUAGE_IDS.get(number)
    return {"id": number, "name": None if row is None else row.name}


async def authenticate(asked: Asked) -> Response:
    """Who comes this far has a key, or needs none."""
    del asked
    return Response(status_code=200)


async def authorize(asked: Asked) -> Response:
    """Whether the second key is one."""
    await authorized(asked)
    return Response(status_code=200)
