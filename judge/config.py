"""Settings: frozen, read once from a TOML file and the environment. Every default lives here and nowhere else.

Order, later wins: the defaults below; the file named by ``JUDGE_CONFIG`` (else ``/etc/judge/judge.toml`` when
it is there); environment variables ``JUDGE_<FIELD>`` in upper case.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from judge import wire
from judge.errors import UsageError

#: A heartbeat may be lost, or late, twice before a lease runs out.
TICKS_PER_LEASE_MIN = 3

#: Read when JUDGE_CONFIG names no other, if it is there.
DEFAULT_FILE = "/etc/judge/judge.toml"

_Count = Annotated[int, Meta(ge=0)]
_Positive = Annotated[int, Meta(ge=1)]
_CpuWeight = Annotated[int, Meta(ge=1, le=10_000)]
_Name = Annotated[str, Meta(pattern=f"^{wire.NAME_PATTERN}$")]


def _state_dir() -> str:
    if os.geteuid() == 0:
        return "/var/lib/judge"
    return os.path.join(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state"), "judge")


def _class_weights() -> dict[str, int]:
    return {"contest": 32, "run": 16, "practice": 4, "rejudge": 1}


def _class_cpu_weights() -> dict[str, int]:
    return {"contest": 400, "run": 200, "practice": 100, "rejudge": 25}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of every command and service; docs/reference/settings.md is made from what stands here."""

    # Where things are
    state_dir: Annotated[str, Meta(description="Embedded Redis' data, artifacts, layers, caches and scratch.")] = (
        msgspec.field(default_factory=_state_dir)
    )
    languages_dir: Annotated[
        str,
        Meta(description="A directory of language files of your own, added to the built-in ones or in their place."),
    ] = ""
    package_store: Annotated[
        str,
        Meta(
            description="Where packages are fetched from by digest: a directory, an HTTP(S) address or `s3://BUCKET/PREFIX`."
        ),
    ] = ""
    cgroup_root: Annotated[str, Meta(description="The cgroup directory below which slots work (empty = found).")] = ""

    # The service's Redis
    broker: Annotated[
        str,
        Meta(
            description="Address: `redis://`, `rediss://`, `unix://` or `sentinel://` "
            "(empty = the embedded server of `judge up`)."
        ),
    ] = ""
    namespace: Annotated[_Name, Meta(description="The prefix of all keys; several services can share one Redis.")] = (
        "judge"
    )
    broker_username: Annotated[str, Meta(description="User name; wins over the one in the address.")] = ""
    broker_password_file: Annotated[str, Meta(description="A file with the password; wins over the address.")] = ""
    broker_ca_file: Annotated[str, Meta(description="Certificates (PEM) that the server's must be signed by.")] = ""
    broker_cert_file: Annotated[str, Meta(description="This client's certificate (PEM).")] = ""
    broker_key_file: Annotated[str, Meta(description="The key (PEM) of that certificate.")] = ""
    ticket_broker: Annotated[
        str,
        Meta(
            pattern="^$|^amqps?://", description="Address of a RabbitMQ that carries the tickets (empty = Redis does)."
        ),
    ] = ""
    redis_server: Annotated[str, Meta(description="The embedded server's program (empty = found).")] = ""
    redis_fsync: Annotated[
        Literal["always", "everysec", "no"], Meta(description="The embedded server's `appendfsync`.")
    ] = "always"

    # The worker
    slots: Annotated[_Count, Meta(description="How many submissions are judged at once (0 = one a usable core).")] = 0
    node: Annotated[
        str, Meta(description="The worker's name (empty = host name and a number kept in the state directory).")
    ] = ""
    tags: Annotated[
        tuple[str, ...], Meta(description="What the worker offers besides languages, such as `gpu`; at most three.")
    ] = ()
    languages: Annotated[
        tuple[str, ...],
        Meta(description="Offer only these (ids or aliases; none = whatever is installed and passes its quick test)."),
    ] = ()
    selftest: Annotated[bool, Meta(description="Attack the sandbox before judging, at each start.")] = True
    uid_base: Annotated[
        _Positive, Meta(description="First of the reserved host user ids, used when started by root (two a slot).")
    ] = 2_000_000
    disk_read_bytes_per_s: Annotated[
        _Count, Meta(description="What a slot may read of each disk where the io controller is there (0 = any).")
    ] = 256 << 20
    disk_free_min_bytes: Annotated[_Count, Meta(description="A worker whose disk has less free takes itself out.")] = (
        256 << 20
    )
    package_cache_bytes: Annotated[_Count, Meta(description="Bound of the unpacked packages of the store.")] = 10 << 30
    case_data_bytes: Annotated[_Count, Meta(description="Test data kept in memory, for each judging process.")] = (
        512 << 20
    )
    judge_factory: Annotated[
        str, Meta(description="What judges, as `module:function`; tests and simulations name their own.")
    ] = "judge_workers.bootstrap:build_judge"

    # Leases and attempts
    lease_ms: Annotated[
        _Positive, Meta(description="How long a claim outlives its worker's last sign; at least three `tick_ms`.")
    ] = 2000
    tick_ms: Annotated[_Positive, Meta(description="How often a worker gives a sign of life.")] = 250
    attempts_max: Annotated[_Positive, Meta(description="So many failed attempts make a judge error.")] = 3
    judging_max_s: Annotated[_Positive, Meta(description="A longer attempt has failed.")] = 900
    drain_max_s: Annotated[
        _Count, Meta(description="How long a worker that stops lets its submissions run before it hands them back.")
    ] = 120

    # The queue's policy (each worker that starts writes it to Redis)
    queue_max: Annotated[_Count, Meta(description="Waiting submissions; more are refused (0 = no limit).")] = 200_000
    tenant_per_minute: Annotated[
        _Count,
        Meta(description="Submissions a minute of one tenant (0 = no limit); `judge tenant` sets one tenant's own."),
    ] = 0
    tenant_running_max: Annotated[
        _Count, Meta(description="Slots that one tenant holds (0 = no limit); `judge tenant` sets one tenant's own.")
    ] = 0
    class_weights: Annotated[
        dict[str, _Positive], Meta(description="Shares of the classes in the slots while they have work.")
    ] = msgspec.field(default_factory=_class_weights)
    class_cpu_weights: Annotated[
        dict[str, _CpuWeight], Meta(description="Cgroup CPU weights (100 = usual) of what runs in each class.")
    ] = msgspec.field(default_factory=_class_cpu_weights)
    preempting_class: Annotated[
        str, Meta(description="Work of this class that finds no free slot has another one frozen (empty = never).")
    ] = "contest"
    preempted_class: Annotated[str, Meta(description="The class whose slots are frozen for it.")] = "rejudge"
    ageing_s: Annotated[_Count, Meta(description="Work that waits longer goes ahead of its class (0 = never).")] = 600
    waiting_max_s: Annotated[_Count, Meta(description="Work that waits longer becomes a judge error (0 = never).")] = (
        86_400
    )
    keep_s: Annotated[_Count, Meta(description="How long finished records are kept (0 = for ever).")] = 604_800
    keep_max: Annotated[_Count, Meta(description="How many finished records are kept (0 = all).")] = 1_000_000

    # Grading
    score_dialect: Annotated[
        str,
        Meta(
            description="Whose scoring rules hold for legacy packages: `specification`, `problemtools`, `domjudge`, or "
            "`auto`: DOMjudge's for packages that say so, else the specification's."
        ),
    ] = "auto"
    near_limit_share: Annotated[
        float, Meta(ge=0, le=1, description="A CPU time this close to the limit (as a share of it) is measured again.")
    ] = 0.1
    near_limit_runs: Annotated[_Positive, Meta(description="Runs in all of such a test.")] = 3
    fresh_containers: Annotated[
        bool, Meta(description="A fresh container for each run of a submission; 2 ms more a test.")
    ] = False

    # What packages may ask for (more is refused with the key and the setting; a format's defaults are lowered)
    limit_time_s_max: Annotated[_Positive, Meta(description="Time limits, given or computed.")] = 300
    limit_memory_bytes_max: Annotated[
        int, Meta(ge=1 << 20, description="Memory of a submission, a compiler, a setter's program.")
    ] = 16 << 30
    limit_output_bytes_max: Annotated[
        _Positive,
        Meta(
            description="What is captured of a submission, and of a setter's program: memory of this host, once each "
            "for every slot."
        ),
    ] = 256 << 20
    limit_code_bytes_max: Annotated[_Positive, Meta(description="Size of a submission's sources.")] = 16 << 20
    limit_compilation_time_s_max: Annotated[_Positive, Meta(description="CPU time of compiling.")] = 300
    limit_validation_time_s_max: Annotated[_Positive, Meta(description="CPU time of a setter's program.")] = 600
    limit_validation_passes_max: Annotated[int, Meta(ge=2, description="Passes of a multi-pass problem.")] = 1000
    limit_case_files_max: Annotated[_Count, Meta(description="Files that a test puts beside a submission.")] = 1000
    limit_case_files_bytes_max: Annotated[_Count, Meta(description="Bytes of those files.")] = 1 << 30

    # Layers
    debian_mirrors: Annotated[
        tuple[str, ...], Meta(description="Mirrors, each `URI` or `URI SUITE` (none = Debian's own).")
    ] = ()
    debian_keyring: Annotated[
        str, Meta(description="A file with the key that signs them (empty = one that this machine's apt trusts).")
    ] = ""

    # Watching
    metrics_host: Annotated[str, Meta(description="Where `/metrics` listens.")] = "127.0.0.1"
    metrics_port: Annotated[int, Meta(ge=0, le=65535, description="Its port (0 = any free one).")] = 10090
    log_format: Annotated[str, Meta(description="`console` or `json`.")] = "console"
    log_level: Annotated[str, Meta(description="`debug`, `info`, `warning` or `error`.")] = "info"
    traces: Annotated[bool, Meta(description="Send OpenTelemetry spans (`pip install 'judge-service[traces]'`).")] = (
        False
    )


#: The headings of docs/reference/settings.md: the first setting below each.
SECTIONS = {
    "state_dir": "Where things are",
    "broker": "The service's Redis",
    "slots": "The worker",
    "lease_ms": "Leases and attempts",
    "queue_max": "The queue's policy",
    "score_dialect": "Grading",
    "limit_time_s_max": "What packages may ask for",
    "debian_mirrors": "Layers",
    "metrics_host": "Watching",
}

#: Settings that name something which must be there.
_DIRECTORIES = ("languages_dir", "cgroup_root")
_FILES = (
    "redis_server", "debian_keyring", "broker_password_file", "broker_ca_file", "broker_cert_file", "broker_key_file",
)  # fmt: skip

#: Variables that begin with JUDGE_ and are no settings: the tests' own, and what Kubernetes and Docker put into each
#: container for a service whose name begins with "judge" (an address, in those named for a port).
_OTHER_VARIABLES = re.compile(r"JUDGE_(CONFIG|VM|TEST_\w+|HOSTILE_PROGRAMS|(\w+_)?SERVICE_(HOST|PORT(_\w+)?))")
_PORT_VARIABLES = re.compile(r"JUDGE_(\w+_)?PORT(_\d+_(TCP|UDP)(_\w+)?)?")

_ENVIRONMENT = "environment variable"


class Sourced(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, and where each comes from: ``sources`` has names of settings that are not at their default."""

    settings: Settings
    sources: dict[str, str]


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings once. Raises UsageError naming the file or variable and the field."""
    return read_settings(environ).settings


def read_settings(environ: Mapping[str, str] | None = None) -> Sourced:
    """The same, and where each setting comes from. Raises UsageError."""
    env = os.environ if environ is None else environ
    path = Path(env.get("JUDGE_CONFIG", DEFAULT_FILE))
    values = _from_file(path) if "JUDGE_CONFIG" in env or path.exists() else {}
    sources = dict.fromkeys(values, f"file {path}")
    _check_variables(env)
    for name in Settings.__struct_fields__:
        variable = variable_of(name)
        if variable in env:
            values[name] = _from_variable(name, env[variable])
            sources[name] = f"{_ENVIRONMENT} {variable}"
    settings = msgspec.convert(values, Settings)
    _check_together(settings)
    _check_paths(settings, sources)
    return Sourced(settings=settings, sources=sources)


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return f"JUDGE_{name.upper()}"


def _from_file(path: Path) -> dict[str, object]:
    """A settings file's values, each fit for its field."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"settings file {path}: {error}") from error
    for name in values:
        if name not in Settings.__struct_fields__:
            raise UsageError(f"settings file {path}: no setting {name!r}{_near(name, Settings.__struct_fields__)}")
    try:
        msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise UsageError(f"settings file {path}: {error}") from error
    return values


def _from_variable(name: str, text: str) -> object:
    try:
        value = _from_text(text, type(getattr(Settings(), name)))
        msgspec.convert({name: value}, Settings)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise UsageError(f"{_ENVIRONMENT} {variable_of(name)}: {error}") from error
    return value


def _check_variables(env: Mapping[str, str]) -> None:
    """A misspelt setting would silently not hold. Raises UsageError naming the variable and the near one."""
    known = [variable_of(name) for name in Settings.__struct_fields__]
    for variable in sorted(env):
        if variable.startswith("JUDGE_") and variable not in known and not _is_foreign(variable, env[variable]):
            near = _near(variable, known)
            raise UsageError(f"{_ENVIRONMENT} {variable}: no such setting{near}; judge config --defaults lists all")


def _is_foreign(variable: str, value: str) -> bool:
    if _PORT_VARIABLES.fullmatch(variable):
        return "_TCP" in variable or "_UDP" in variable or "://" in value
    return _OTHER_VARIABLES.fullmatch(variable) is not None


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _check_paths(settings: Settings, sources: Mapping[str, str]) -> None:
    """What is named must be there. Raises UsageError naming the path and where it was named."""
    for names, exists, what in ((_DIRECTORIES, os.path.isdir, "directory"), (_FILES, os.path.exists, "file")):
        for name in names:
            path = getattr(settings, name)
            if path and not exists(path):
                raise UsageError(f"{name} ({sources.get(name, 'default')}): there is no {what} {path}")


def _check_together(settings: Settings) -> None:
    """What no field can tell alone. Raises UsageError naming the fields."""
    if settings.lease_ms < TICKS_PER_LEASE_MIN * settings.tick_ms:
        raise UsageError(
            f"lease_ms ({settings.lease_ms}): at least {TICKS_PER_LEASE_MIN} times tick_ms ({settings.tick_ms}), "
            "or leases run out between two heartbeats"
        )
    for name in ("preempting_class", "preempted_class"):
        value = getattr(settings, name)
        if value and value not in wire.PRIORITY_CLASSES:
            raise UsageError(f"{name}: {value!r} is not one of {', '.join(wire.PRIORITY_CLASSES)}")


def _from_text(text: str, kind: type) -> object:
    """A variable's value: lists by commas, tables as JSON, anything else as it stands."""
    if issubclass(kind, (list, tuple)):
        return [part.strip() for part in text.split(",") if part.strip()]
    if issubclass(kind, dict):
        return msgspec.json.decode(text)
    return msgspec.convert(text, kind, strict=False)
