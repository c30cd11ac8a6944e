"""Every setting of every command and service: its section, type, bounds, default and meaning.

A section is a type; a field's description says what it means. docs/reference/settings.md is made from what stands here.
A setting's environment variable is ``JUDGE_`` + its name in upper case; where a section's name was taken off the
setting's, the field names its variable (``variable``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from judge import defaults, wire
from judge.state_dir import StateDir


def _state_dir() -> str:
    if os.geteuid() == 0:
        return "/var/lib/judge"
    return os.path.join(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state"), "judge")


def _class_weights() -> dict[str, int]:
    return {"contest": 32, "run": 16, "practice": 4, "rejudge": 1}


def _class_cpu_weights() -> dict[str, int]:
    return {"contest": 400, "run": 200, "practice": 100, "rejudge": 25}


def _says(description: str, variable: str = "", **bounds: Any) -> Meta:
    """What a setting means. ``variable``: its environment variable, without JUDGE_, when it is not the field's name."""
    return Meta(description=description, extra={"variable": variable} if variable else None, **bounds)


_Positive = Annotated[int, Meta(ge=1)]
_CpuWeight = Annotated[int, Meta(ge=1, le=10_000)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings file. The first line of its docstring is its heading on the page of settings."""


class WorkerSettings(Section, frozen=True, kw_only=True):
    """The worker"""

    slots: Annotated[int, _says("How many submissions are judged at once (0 = one a usable core).", ge=0)] = 0
    session_slots: Annotated[
        int, _says("How many of the slots may hold live sessions at once (0 = takes none).", ge=0)
    ] = 1
    node: Annotated[str, _says("The worker's name (empty = host name and a number kept in the state directory).")] = ""
    tags: Annotated[
        tuple[str, ...], _says("What the worker offers besides languages, such as `gpu`; at most three.")
    ] = ()
    languages: Annotated[
        tuple[str, ...],
        _says("Offer only these (ids or aliases; none = whatever is installed and passes its quick test)."),
    ] = ()
    languages_dir: Annotated[
        str, _says("A directory of language files of your own, added to the built-in ones or in their place.")
    ] = ""
    selftest: Annotated[bool, _says("Attack the sandbox before judging, at each start.")] = True
    prepare: Annotated[
        bool,
        _says("Make precompiled headers and the like in the background, at each start and when a toolchain changes."),
    ] = True
    drain_max_s: Annotated[
        int,
        _says(
            "How long a worker that stops lets its submissions run before it hands them back; sessions end after half "
            "of it.",
            ge=0,
        ),
    ] = 120
    disk_free_min_bytes: Annotated[int, _says("A worker whose disk has less free takes itself out.", ge=0)] = 256 << 20
    judge_factory: Annotated[str, _says("What judges, as `module:function`; tests and simulations name their own.")] = (
        "judge_workers.bootstrap:build_judge"
    )


class SandboxSettings(Section, frozen=True, kw_only=True):
    """The sandbox"""

    cgroup_root: Annotated[str, _says("The cgroup directory below which slots work (empty = found).")] = ""
    uid_base: Annotated[
        int, _says("First of the reserved host user ids, used when started by root (two a slot).", ge=1)
    ] = defaults.UID_BASE
    keep_containers: Annotated[
        bool,
        _says("A container serves one work after the other of the same tenant, as good as new for each run."),
    ] = True
    disk_read_bytes_per_s: Annotated[
        int, _says("What a slot may read of each disk where the io controller is there (0 = any).", ge=0)
    ] = defaults.DISK_READ_BYTES_PER_S


class BrokerSettings(Section, frozen=True, kw_only=True):
    """The service's Redis"""

    address: Annotated[
        str,
        _says(
            "`redis://`, `rediss://`, `unix://` or `sentinel://` (empty = the embedded server of `judge up`).",
            variable="BROKER",
        ),
    ] = ""
    namespace: Annotated[
        str,
        _says("The prefix of all keys; several services can share one Redis.", pattern=f"^{wire.NAME_PATTERN}$"),
    ] = "judge"
    username: Annotated[str, _says("User name; wins over the one in the address.", variable="BROKER_USERNAME")] = ""
    password_file: Annotated[
        str, _says("A file with the password; wins over the address.", variable="BROKER_PASSWORD_FILE")
    ] = ""
    ca_file: Annotated[
        str, _says("Certificates (PEM) that the server's must be signed by.", variable="BROKER_CA_FILE")
    ] = ""
    cert_file: Annotated[str, _says("This client's certificate (PEM).", variable="BROKER_CERT_FILE")] = ""
    key_file: Annotated[str, _says("The key (PEM) of that certificate.", variable="BROKER_KEY_FILE")] = ""


class RedisSettings(Section, frozen=True, kw_only=True):
    """The embedded Redis of `judge up`"""

    server: Annotated[str, _says("The server's program (empty = found).", variable="REDIS_SERVER")] = ""
    fsync: Annotated[
        Literal["always", "everysec", "no"], _says("The server's `appendfsync`.", variable="REDIS_FSYNC")
    ] = "always"


class TicketSettings(Section, frozen=True, kw_only=True):
    """Tickets"""

    broker: Annotated[
        str,
        _says(
            "Address of a RabbitMQ that carries the tickets (empty = Redis does).",
            variable="TICKET_BROKER",
            pattern="^$|^amqps?://",
        ),
    ] = ""


class LeaseSettings(Section, frozen=True, kw_only=True):
    """Leases and attempts"""

    lease_ms: Annotated[
        int, _says("How long a claim outlives its worker's last sign; at least three `tick_ms`.", ge=1)
    ] = 2000
    tick_ms: Annotated[int, _says("How often a worker gives a sign of life.", ge=1)] = 250
    attempts_max: Annotated[int, _says("This many failed attempts make a judge error.", ge=1)] = 3
    judging_max_s: Annotated[
        int,
        _says(
            "A longer attempt has failed; work without a package is told to end then, with a report that says so. A "
            "session may last as long as it asked for besides.",
            ge=1,
        ),
    ] = 900


class QueueSettings(Section, frozen=True, kw_only=True):
    """The queue's policy: each worker that starts writes it to Redis"""

    max: Annotated[int, _says("Waiting submissions; more are refused (0 = no limit).", variable="QUEUE_MAX", ge=0)] = (
        200_000
    )
    tenant_per_minute: Annotated[
        int,
        _says("Submissions a minute of one tenant (0 = no limit); `judge tenant` sets one tenant's own.", ge=0),
    ] = 0
    tenant_running_max: Annotated[
        int, _says("Slots that one tenant holds (0 = no limit); `judge tenant` sets one tenant's own.", ge=0)
    ] = 0
    class_weights: Annotated[
        dict[str, _Positive], _says("Shares of the classes in the slots while they have work.")
    ] = msgspec.field(default_factory=_class_weights)
    class_cpu_weights: Annotated[
        dict[str, _CpuWeight], _says("Cgroup CPU weights (100 = usual) of what runs in each class.")
    ] = msgspec.field(default_factory=_class_cpu_weights)
    preempting_class: Annotated[
        str, _says("Work of this class that finds no free slot has another one frozen (empty = never).")
    ] = "contest"
    preempted_class: Annotated[str, _says("The class whose slots are frozen for it.")] = "rejudge"
    ageing_s: Annotated[int, _says("Work that waits longer goes ahead of its class (0 = never).", ge=0)] = 600
    waiting_max_s: Annotated[int, _says("Work that waits longer becomes a judge error (0 = never).", ge=0)] = 86_400
    keep_s: Annotated[int, _says("How long finished records are kept (0 = for ever).", ge=0)] = 604_800
    keep_max: Annotated[int, _says("How many finished records are kept (0 = all).", ge=0)] = 1_000_000
    work_bytes_max: Annotated[
        int,
        _says(
            "Size of one piece of work without a package as JSON, blobs not counted; larger ones are refused.",
            ge=1,
            le=wire.WORK_BYTES_MOST,
        ),
    ] = 16 << 20


class GradingSettings(Section, frozen=True, kw_only=True):
    """Grading"""

    score_dialect: Annotated[
        str,
        _says(
            "Whose scoring rules hold for legacy packages: `specification`, `problemtools`, `domjudge`, or "
            "`auto`: DOMjudge's for packages that say so, else the specification's."
        ),
    ] = "auto"
    near_limit_share: Annotated[
        float,
        _says("A CPU time this close to the limit (as a share of it) is measured again.", ge=0, le=1),
    ] = defaults.NEAR_LIMIT_SHARE
    near_limit_runs: Annotated[int, _says("Runs in all of such a test.", ge=1)] = defaults.NEAR_LIMIT_RUNS
    fresh_containers: Annotated[bool, _says("A fresh container for each run of a submission; 2 ms more a test.")] = (
        False
    )
    case_data_bytes: Annotated[int, _says("Test data kept in memory, for each judging process.", ge=0)] = (
        defaults.CASE_DATA_BYTES
    )


class PackageSettings(Section, frozen=True, kw_only=True):
    """Problem packages"""

    store: Annotated[
        str,
        _says(
            "Where packages are fetched from by digest: a directory, an HTTP(S) address or `s3://BUCKET/PREFIX`.",
            variable="PACKAGE_STORE",
        ),
    ] = ""
    cache_bytes: Annotated[
        int, _says("Bound of the unpacked packages of the store.", variable="PACKAGE_CACHE_BYTES", ge=0)
    ] = 10 << 30


class BlobSettings(Section, frozen=True, kw_only=True):
    """Blobs: the limits are written to Redis by each worker that starts"""

    store: Annotated[
        str,
        _says(
            "Where blobs lie that are no Redis matter, for clients and workers alike: a directory, an HTTP(S) address "
            "or `s3://BUCKET/PREFIX` (empty = with the embedded Redis a directory of the state directory, else none).",
            variable="BLOB_STORE",
        ),
    ] = ""
    bytes_max: Annotated[int, _says("Size of one blob (0 = no limit).", variable="BLOB_BYTES_MAX", ge=0)] = 512 << 20
    tenant_bytes: Annotated[
        int,
        _says(
            "Size of one tenant's blobs together (0 = no limit); `judge tenant` sets one tenant's own.",
            variable="TENANT_BLOB_BYTES",
            ge=0,
        ),
    ] = 8 << 30
    tenant_count: Annotated[
        int,
        _says(
            "How many blobs, and names of blobs, one tenant has (0 = no limit); `judge tenant` sets one tenant's own.",
            variable="TENANT_BLOBS",
            ge=0,
        ),
    ] = 100_000
    lifetime_s: Annotated[
        int, _says("How long a blob is kept after its last use.", variable="BLOB_LIFETIME_S", ge=1)
    ] = 86_400
    lifetime_s_max: Annotated[
        int, _says("The longest lifetime that a tenant may ask for (0 = any).", variable="BLOB_LIFETIME_S_MAX", ge=0)
    ] = 30 * 86_400
    upload_s_max: Annotated[
        int, _says("An upload to the store that takes longer is given up.", variable="BLOB_UPLOAD_S_MAX", ge=1)
    ] = 900
    redis_bytes_max: Annotated[
        int,
        _says(
            "What all small blobs (up to 64 KiB) may occupy in Redis, one tenant's an eighth of it (at least 64 KiB); "
            "beyond it they go to the store.",
            variable="BLOB_REDIS_BYTES_MAX",
            ge=0,
        ),
    ] = 64 << 20
    cache_bytes: Annotated[
        int, _says("Bound of what a worker keeps of the store's blobs.", variable="BLOB_CACHE_BYTES", ge=0)
    ] = 4 << 30


class LimitSettings(Section, frozen=True, kw_only=True):
    """What packages and work may ask for: more is refused with key and setting; a format's defaults are lowered"""

    time_s_max: Annotated[int, _says("Time limits, given or computed.", variable="LIMIT_TIME_S_MAX", ge=1)] = (
        defaults.TIME_LIMIT_S_MAX
    )
    memory_bytes_max: Annotated[
        int,
        _says("Memory of a submission, a compiler, a setter's program.", variable="LIMIT_MEMORY_BYTES_MAX", ge=1 << 20),
    ] = defaults.MEMORY_BYTES_MAX
    output_bytes_max: Annotated[
        int,
        _says(
            "What is captured of a submission, and of a setter's program: memory of this host, once each for every "
            "slot. Of an execution: of each stream, of the files kept, and its standard input.",
            variable="LIMIT_OUTPUT_BYTES_MAX",
            ge=1,
        ),
    ] = defaults.OUTPUT_BYTES_MAX
    code_bytes_max: Annotated[int, _says("Size of a submission's sources.", variable="LIMIT_CODE_BYTES_MAX", ge=1)] = (
        defaults.CODE_BYTES_MAX
    )
    compilation_time_s_max: Annotated[
        int, _says("CPU time of compiling.", variable="LIMIT_COMPILATION_TIME_S_MAX", ge=1)
    ] = defaults.COMPILATION_TIME_S_MAX
    validation_time_s_max: Annotated[
        int, _says("CPU time of a setter's program.", variable="LIMIT_VALIDATION_TIME_S_MAX", ge=1)
    ] = defaults.VALIDATION_TIME_S_MAX
    validation_passes_max: Annotated[
        int, _says("Passes of a multi-pass problem.", variable="LIMIT_VALIDATION_PASSES_MAX", ge=2)
    ] = defaults.VALIDATION_PASSES_MAX
    case_files_max: Annotated[
        int, _says("Files that a test, or a client, puts beside a program.", variable="LIMIT_CASE_FILES_MAX", ge=0)
    ] = defaults.CASE_FILES_MAX
    case_files_bytes_max: Annotated[
        int, _says("Bytes of those files.", variable="LIMIT_CASE_FILES_BYTES_MAX", ge=0)
    ] = defaults.CASE_FILES_BYTES_MAX


class LayerSettings(Section, frozen=True, kw_only=True):
    """Layers"""

    debian_mirrors: Annotated[tuple[str, ...], _says("Mirrors, each `URI` or `URI SUITE` (none = Debian's own).")] = ()
    debian_keyring: Annotated[
        str, _says("A file with the key that signs them (empty = one that this machine's apt trusts).")
    ] = ""
    prepared_bytes_max: Annotated[
        int, _says("What a worker prepares for languages takes at most this much of the disk.", ge=0)
    ] = 4 << 30


class MetricsSettings(Section, frozen=True, kw_only=True):
    """Metrics"""

    host: Annotated[str, _says("Where `/metrics` listens.", variable="METRICS_HOST")] = "127.0.0.1"
    port: Annotated[int, _says("Its port (0 = any free one).", variable="METRICS_PORT", ge=0, le=65535)] = 10090


class LogSettings(Section, frozen=True, kw_only=True):
    """Logs and traces"""

    format: Annotated[str, _says("`console` or `json`.", variable="LOG_FORMAT")] = "console"
    level: Annotated[str, _says("`debug`, `info`, `warning` or `error`.", variable="LOG_LEVEL")] = "info"
    traces: Annotated[bool, _says("Send OpenTelemetry spans (`pip install 'judge-service[traces]'`).")] = False


class Settings(Section, frozen=True, kw_only=True):
    """All sections, in the order of the page of settings; ``state_dir`` stands before the first."""

    state_dir: Annotated[str, _says("Embedded Redis' data, artifacts, layers, caches and scratch.")] = msgspec.field(
        default_factory=_state_dir
    )
    worker: WorkerSettings = WorkerSettings()
    sandbox: SandboxSettings = SandboxSettings()
    broker: BrokerSettings = BrokerSettings()
    redis: RedisSettings = RedisSettings()
    tickets: TicketSettings = TicketSettings()
    leases: LeaseSettings = LeaseSettings()
    queue: QueueSettings = QueueSettings()
    grading: GradingSettings = GradingSettings()
    packages: PackageSettings = PackageSettings()
    blobs: BlobSettings = BlobSettings()
    limits: LimitSettings = LimitSettings()
    layers: LayerSettings = LayerSettings()
    metrics: MetricsSettings = MetricsSettings()
    logs: LogSettings = LogSettings()

    def with_broker(self, address: str) -> Settings:
        """The same with another broker; ``address`` empty = as it is."""
        if not address:
            return self
        return msgspec.structs.replace(self, broker=msgspec.structs.replace(self.broker, address=address))

    @property
    def state(self) -> StateDir:
        """What lies where in the state directory."""
        return StateDir(Path(self.state_dir))
