"""Every setting of every command and service: its section, type, bounds, default and meaning.

A section is a type; a field's description says what it means. docs/reference/settings.md is made from what stands here.
A setting's environment variable is ``JUDGE_`` + its name in upper case; where a section's name was taken off the
setting's, the field names its variable (``variable``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from judge import defaults, wire
from judge.config.dialects import (
    DialectSettings,
    FusionSettings,
    GoJudgeSettings,
    JobeSettings,
    Judge0Settings,
    PistonSettings,
)
from judge.config.gateway_section import GatewaySettings
from judge.config.layer_section import LayerSettings
from judge.config.playground_section import PlaygroundSettings
from judge.config.program_section import ProgramSettings
from judge.config.queue_section import QueueSettings
from judge.config.section import Section, says
from judge.config.sign_in_section import SignInSettings
from judge.config.state_section import StateSettings
from judge.config.webhook_section import WebhookSettings
from judge.state_dir import StateDir


def _state_dir() -> str:
    if os.geteuid() == 0:
        return "/var/lib/judge"
    return os.path.join(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state"), "judge")


class WorkerSettings(Section, frozen=True, kw_only=True):
    """The worker"""

    slots: Annotated[int, says("How many submissions are judged at once (0 = one a usable core).", ge=0)] = 0
    session_slots: Annotated[
        int, says("How many of the slots may hold live sessions at once (0 = takes none).", ge=0)
    ] = 1
    node: Annotated[str, says("The worker's name (empty = host name and a number kept in the state directory).")] = ""
    tags: Annotated[
        tuple[str, ...], says("What the worker offers besides languages, such as `gpu`; at most three.")
    ] = ()
    languages: Annotated[
        tuple[str, ...],
        says("Offer only these (ids or aliases; none = whatever is installed and passes its quick test)."),
    ] = ()
    languages_dir: Annotated[
        str, says("A directory of language files of your own, added to the built-in ones or in their place.")
    ] = ""
    selftest: Annotated[bool, says("Attack the sandbox before judging, at each start.")] = True
    prepare: Annotated[
        bool,
        says("Make precompiled headers and the like in the background, at each start and when a toolchain changes."),
    ] = True
    drain_max_s: Annotated[
        int,
        says(
            "How long a worker that stops lets its submissions run before it hands them back; sessions end after half "
            "of it.",
            ge=0,
        ),
    ] = 120
    disk_free_min_bytes: Annotated[int, says("A worker whose disk has less free takes itself out.", ge=0)] = 256 << 20
    judge_factory: Annotated[str, says("What judges, as `module:function`; tests and simulations name their own.")] = (
        "judge_workers.bootstrap:build_judge"
    )


class SandboxSettings(Section, frozen=True, kw_only=True):
    """The sandbox"""

    cgroup_root: Annotated[str, says("The cgroup directory below which slots work (empty = found).")] = ""
    uid_base: Annotated[
        int, says("First of the reserved host user ids, used when started by root (12,288: three a slot).", ge=1)
    ] = defaults.UID_BASE
    keep_containers: Annotated[
        bool,
        says("A container serves one work after the other of the same tenant, as good as new for each run."),
    ] = True
    disk_read_bytes_per_s: Annotated[
        int, says("What a slot may read of each disk where the io controller is there (0 = any).", ge=0)
    ] = defaults.DISK_READ_BYTES_PER_S


class BrokerSettings(Section, frozen=True, kw_only=True):
    """The service's Redis"""

    address: Annotated[
        str,
        says(
            "`redis://`, `rediss://`, `unix://` or `sentinel://` (empty = the embedded server of `judge up`).",
            variable="BROKER",
        ),
    ] = ""
    namespace: Annotated[
        str,
        says("The prefix of all keys; several services can share one Redis.", pattern=f"^{wire.NAME_PATTERN}$"),
    ] = "judge"
    username: Annotated[str, says("User name; wins over the one in the address.", variable="BROKER_USERNAME")] = ""
    password_file: Annotated[
        str, says("A file with the password; wins over the address.", variable="BROKER_PASSWORD_FILE")
    ] = ""
    ca_file: Annotated[
        str, says("Certificates (PEM) that the server's must be signed by.", variable="BROKER_CA_FILE")
    ] = ""
    cert_file: Annotated[str, says("This client's certificate (PEM).", variable="BROKER_CERT_FILE")] = ""
    key_file: Annotated[str, says("The key (PEM) of that certificate.", variable="BROKER_KEY_FILE")] = ""


class RedisSettings(Section, frozen=True, kw_only=True):
    """The embedded Redis of `judge up`"""

    server: Annotated[str, says("The server's program (empty = found).", variable="REDIS_SERVER")] = ""
    fsync: Annotated[
        Literal["always", "everysec", "no"], says("The server's `appendfsync`.", variable="REDIS_FSYNC")
    ] = "always"


class TicketSettings(Section, frozen=True, kw_only=True):
    """Tickets"""

    broker: Annotated[
        str,
        says(
            "Address of a RabbitMQ that carries the tickets (empty = Redis does).",
            variable="TICKET_BROKER",
            pattern="^$|^amqps?://",
        ),
    ] = ""


class LeaseSettings(Section, frozen=True, kw_only=True):
    """Leases and attempts"""

    lease_ms: Annotated[
        int, says("How long a claim outlives its worker's last sign; at least three `tick_ms`.", ge=1)
    ] = 2000
    tick_ms: Annotated[int, says("How often a worker gives a sign of life.", ge=1)] = 250
    attempts_max: Annotated[int, says("This many failed attempts make a judge error.", ge=1)] = 3
    judging_max_s: Annotated[
        int,
        says(
            "A longer attempt has failed; work without a package is told to end then, with a report that says so. A "
            "session may last as long as it asked for besides.",
            ge=1,
        ),
    ] = 900
    verifying_max_s: Annotated[
        int, says("As `judging_max_s`, of the verification of a package; at least that.", ge=1)
    ] = 7200


class GradingSettings(Section, frozen=True, kw_only=True):
    """Grading"""

    score_dialect: Annotated[
        str,
        says(
            "Whose scoring rules hold for legacy packages: `specification`, `problemtools`, `domjudge`, or "
            "`auto`: DOMjudge's for packages that say so, else the specification's."
        ),
    ] = "auto"
    near_limit_share: Annotated[
        float,
        says("A CPU time this close to the limit (as a share of it) is measured again.", ge=0, le=1),
    ] = defaults.NEAR_LIMIT_SHARE
    near_limit_runs: Annotated[int, says("Runs in all of such a test.", ge=1)] = defaults.NEAR_LIMIT_RUNS
    fresh_containers: Annotated[bool, says("A fresh container for each run of a submission; 2 ms more a test.")] = False
    case_data_bytes: Annotated[int, says("Test data kept in memory, for each judging process.", ge=0)] = (
        defaults.CASE_DATA_BYTES
    )


class PackageSettings(Section, frozen=True, kw_only=True):
    """Problem packages"""

    store: Annotated[
        str,
        says(
            "Where packages lie by digest: a directory, an HTTP(S) address or `s3://BUCKET/PREFIX` (empty = with the "
            "embedded Redis a directory of the state directory, else none).",
            variable="PACKAGE_STORE",
        ),
    ] = ""
    cache_bytes: Annotated[
        int, says("Bound of the unpacked packages of the store.", variable="PACKAGE_CACHE_BYTES", ge=0)
    ] = 10 << 30
    upload_bytes_max: Annotated[
        int, says("Size of a package that comes by HTTP.", variable="PACKAGE_UPLOAD_BYTES_MAX", ge=1)
    ] = 256 << 20
    unpacked_bytes_max: Annotated[
        int,
        says(
            "What it may unpack to, in the gateway's temporary directory.", variable="PACKAGE_UNPACKED_BYTES_MAX", ge=1
        ),
    ] = 2 << 30
    check_s_max: Annotated[int, says("How long its check may take.", variable="PACKAGE_CHECK_S_MAX", ge=1, le=3600)] = (
        120
    )
    check_memory_bytes_max: Annotated[
        int, says("Memory of its check.", variable="PACKAGE_CHECK_MEMORY_BYTES_MAX", ge=256 << 20)
    ] = 2 << 30
    tenant_bytes_max: Annotated[
        int, says("A tenant's packages together, in the store; 0 = no limit.", variable="TENANT_PACKAGE_BYTES", ge=0)
    ] = 20 << 30
    tenant_packages_max: Annotated[
        int, says("How many versions of packages a tenant has; 0 = no limit.", variable="TENANT_PACKAGES", ge=0)
    ] = 5000


class BlobSettings(Section, frozen=True, kw_only=True):
    """Blobs: the limits are written to Redis by each worker that starts"""

    store: Annotated[
        str,
        says(
            "Where blobs lie that are no Redis matter, for clients and workers alike: a directory, an HTTP(S) address "
            "or `s3://BUCKET/PREFIX` (empty = with the embedded Redis a directory of the state directory, else none).",
            variable="BLOB_STORE",
        ),
    ] = ""
    bytes_max: Annotated[int, says("Size of one blob (0 = no limit).", variable="BLOB_BYTES_MAX", ge=0)] = 512 << 20
    tenant_bytes: Annotated[
        int,
        says(
            "Size of one tenant's blobs together (0 = no limit); `judge tenant` sets one tenant's own.",
            variable="TENANT_BLOB_BYTES",
            ge=0,
        ),
    ] = 8 << 30
    tenant_count: Annotated[
        int,
        says(
            "How many blobs, and names of blobs, one tenant has (0 = no limit); `judge tenant` sets one tenant's own.",
            variable="TENANT_BLOBS",
            ge=0,
        ),
    ] = 100_000
    lifetime_s: Annotated[
        int, says("How long a blob is kept after its last use.", variable="BLOB_LIFETIME_S", ge=1)
    ] = 86_400
    lifetime_s_max: Annotated[
        int, says("The longest lifetime that a tenant may ask for (0 = any).", variable="BLOB_LIFETIME_S_MAX", ge=0)
    ] = 30 * 86_400
    upload_s_max: Annotated[
        int, says("An upload to the store that takes longer is given up.", variable="BLOB_UPLOAD_S_MAX", ge=1)
    ] = 900
    redis_bytes_max: Annotated[
        int,
        says(
            "What all small blobs (up to 64 KiB) may occupy in Redis, one tenant's an eighth of it (at least 64 KiB); "
            "beyond it they go to the store.",
            variable="BLOB_REDIS_BYTES_MAX",
            ge=0,
        ),
    ] = 64 << 20
    cache_bytes: Annotated[
        int, says("Bound of what a worker keeps of the store's blobs.", variable="BLOB_CACHE_BYTES", ge=0)
    ] = 4 << 30


class LimitSettings(Section, frozen=True, kw_only=True):
    """What packages and work may ask for: more is refused with key and setting; a format's defaults are lowered"""

    time_s_max: Annotated[int, says("Time limits, given or computed.", variable="LIMIT_TIME_S_MAX", ge=1)] = (
        defaults.TIME_LIMIT_S_MAX
    )
    memory_bytes_max: Annotated[
        int,
        says("Memory of a submission, a compiler, a setter's program.", variable="LIMIT_MEMORY_BYTES_MAX", ge=1 << 20),
    ] = defaults.MEMORY_BYTES_MAX
    output_bytes_max: Annotated[
        int,
        says(
            "What is captured of a submission, and of a setter's program: memory of this host, once each for every "
            "slot. Of an execution: of each stream, of the files kept, and its standard input.",
            variable="LIMIT_OUTPUT_BYTES_MAX",
            ge=1,
        ),
    ] = defaults.OUTPUT_BYTES_MAX
    code_bytes_max: Annotated[int, says("Size of a submission's sources.", variable="LIMIT_CODE_BYTES_MAX", ge=1)] = (
        defaults.CODE_BYTES_MAX
    )
    compilation_time_s_max: Annotated[
        int, says("CPU time of compiling.", variable="LIMIT_COMPILATION_TIME_S_MAX", ge=1)
    ] = defaults.COMPILATION_TIME_S_MAX
    validation_time_s_max: Annotated[
        int, says("CPU time of a setter's program.", variable="LIMIT_VALIDATION_TIME_S_MAX", ge=1)
    ] = defaults.VALIDATION_TIME_S_MAX
    validation_passes_max: Annotated[
        int, says("Passes of a multi-pass problem.", variable="LIMIT_VALIDATION_PASSES_MAX", ge=2)
    ] = defaults.VALIDATION_PASSES_MAX
    case_files_max: Annotated[
        int, says("Files that a test, or a client, puts beside a program.", variable="LIMIT_CASE_FILES_MAX", ge=0)
    ] = defaults.CASE_FILES_MAX
    case_files_bytes_max: Annotated[int, says("Bytes of those files.", variable="LIMIT_CASE_FILES_BYTES_MAX", ge=0)] = (
        defaults.CASE_FILES_BYTES_MAX
    )


class MetricsSettings(Section, frozen=True, kw_only=True):
    """Metrics"""

    host: Annotated[str, says("Where `/metrics` listens.", variable="METRICS_HOST")] = "127.0.0.1"
    port: Annotated[int, says("Its port (0 = any free one).", variable="METRICS_PORT", ge=0, le=65535)] = 10090


class LogSettings(Section, frozen=True, kw_only=True):
    """Logs and traces"""

    format: Annotated[str, says("`console` or `json`.", variable="LOG_FORMAT")] = "console"
    level: Annotated[str, says("`debug`, `info`, `warning` or `error`.", variable="LOG_LEVEL")] = "info"
    traces: Annotated[bool, says("Send OpenTelemetry spans (`pip install 'judge-service[traces]'`).")] = False


class Settings(Section, frozen=True, kw_only=True):
    """All sections, in the order of the page of settings; ``state_dir`` stands before the first."""

    state_dir: Annotated[str, says("Embedded Redis' data, artifacts, layers, caches and scratch.")] = msgspec.field(
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
    states: StateSettings = StateSettings()
    limits: LimitSettings = LimitSettings()
    programs: ProgramSettings = ProgramSettings()
    gateway: GatewaySettings = GatewaySettings()
    playground: PlaygroundSettings = PlaygroundSettings()
    sign_in: SignInSettings = SignInSettings()
    webhooks: WebhookSettings = WebhookSettings()
    dialects: DialectSettings = DialectSettings()
    judge0: Judge0Settings = Judge0Settings()
    piston: PistonSettings = PistonSettings()
    jobe: JobeSettings = JobeSettings()
    fusion: FusionSettings = FusionSettings()
    gojudge: GoJudgeSettings = GoJudgeSettings()
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
