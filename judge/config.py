"""Settings: frozen, read once from a TOML file and the environment. Every default lives here and nowhere else.

Order, later wins: the defaults below; the file named by ``JUDGE_CONFIG`` (else ``/etc/judge/judge.toml`` when
it is there); environment variables ``JUDGE_<FIELD>`` in upper case.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from judge import wire
from judge.errors import UsageError

#: A heartbeat may be lost, or late, twice before a lease runs out.
TICKS_PER_LEASE_MIN = 3

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Positive = Annotated[int, msgspec.Meta(ge=1)]
_CpuWeight = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
_Name = Annotated[str, msgspec.Meta(pattern=f"^{wire.NAME_PATTERN}$")]


def _state_dir() -> str:
    if os.geteuid() == 0:
        return "/var/lib/judge"
    return os.path.join(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state"), "judge")


def _class_weights() -> dict[str, int]:
    return {"contest": 32, "run": 16, "practice": 4, "rejudge": 1}


def _class_cpu_weights() -> dict[str, int]:
    return {"contest": 400, "run": 200, "practice": 100, "rejudge": 25}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of every command and service.

    ``state_dir`` holds the embedded Redis' data, artifacts, layers and scratch. ``broker`` empty = the
    embedded server of ``judge up``. ``slots`` 0 = one per usable core. ``cgroup_root`` empty = found at start.
    ``uid_base`` is the first of the reserved host uids used when started by root (two per slot). ``log_format`` is
    "console" or "json", ``log_level`` "debug" to "error"; ``traces`` sends OpenTelemetry spans (extra ``traces``).

    The service: ``namespace`` is the prefix of all keys in Redis (several services can share one); ``node`` names
    the worker (empty = host name and a number kept in the state directory), ``tags`` what it offers. ``redis_server``
    is the embedded server's binary (empty = found), ``redis_fsync`` its appendfsync. ``broker_*`` are the credentials
    and certificates of the broker; ``ticket_broker`` is the address of a RabbitMQ for the tickets (empty = none).
    ``lease_ms`` is how long a claim outlives its worker's last sign, ``tick_ms`` how often that sign is given.
    ``attempts_max`` failed attempts make a judge error; an attempt longer than
    ``judging_max_s`` has failed. ``drain_max_s`` bounds a drain.

    The queue's policy, written to Redis by each worker that starts: ``queue_max`` waiting submissions (0 = no limit),
    ``tenant_per_minute`` and ``tenant_running_max`` of one tenant (0 = no limit), ``class_weights``; work that waits
    longer than ``ageing_s`` goes ahead of its class, longer than ``waiting_max_s`` becomes a judge error; records are
    kept ``keep_s`` and at most ``keep_max`` of them.

    ``selftest``: attack the sandbox before judging, at each start. ``languages`` are offered after a quick test at
    each start; so is every language that passed `judge languages test` here. ``class_cpu_weights`` are the cgroup
    CPU weights (100 = usual) of what runs in each class. Work of ``preempting_class`` that finds no free slot has one
    that judges ``preempted_class`` frozen and runs beside it ("" = never).

    ``package_store`` is where packages are fetched from by digest: a directory, an HTTP(S) URL or
    ``s3://BUCKET/PREFIX``.
    ``package_cache_bytes`` bounds the unpacked ones. A worker with less than ``disk_free_min_bytes`` free takes itself
    out. ``judge_factory`` builds what judges ("module:function"); tests and simulations name their own.

    Layers are built from ``debian_mirrors`` (each ``URI`` or ``URI SUITE``; none = Debian's own), signed with a key in
    the file ``debian_keyring`` (empty = one that this machine's apt trusts).

    Grading: ``score_dialect`` is whose rules hold where the legacy specification and its reference tool part
    ("specification" or "problemtools"). A CPU time within ``near_limit_share`` of the time limit is measured again, up
    to ``near_limit_runs`` runs in all. ``case_data_bytes`` of test data are kept in memory per judging process.
    """

    state_dir: str = msgspec.field(default_factory=_state_dir)
    broker: str = ""
    slots: _Count = 0
    cgroup_root: str = ""
    uid_base: _Positive = 2_000_000
    languages_dir: str = ""
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 10090
    log_format: str = "console"
    log_level: str = "info"
    traces: bool = False
    namespace: _Name = "judge"
    node: str = ""
    tags: tuple[str, ...] = ()
    ticket_broker: Annotated[str, msgspec.Meta(pattern="^$|^amqps?://")] = ""
    redis_server: str = ""
    redis_fsync: Literal["always", "everysec", "no"] = "always"
    broker_username: str = ""
    broker_password_file: str = ""
    broker_ca_file: str = ""
    broker_cert_file: str = ""
    broker_key_file: str = ""
    lease_ms: _Positive = 2000
    tick_ms: _Positive = 250
    attempts_max: _Positive = 3
    judging_max_s: _Positive = 900
    drain_max_s: _Count = 120
    queue_max: _Count = 200_000
    tenant_per_minute: _Count = 0
    tenant_running_max: _Count = 0
    class_weights: dict[str, _Positive] = msgspec.field(default_factory=_class_weights)
    ageing_s: _Count = 600
    waiting_max_s: _Count = 86_400
    keep_s: _Count = 604_800
    keep_max: _Count = 1_000_000
    selftest: bool = True
    languages: tuple[str, ...] = ("c", "cpp", "python3")
    class_cpu_weights: dict[str, _CpuWeight] = msgspec.field(default_factory=_class_cpu_weights)
    package_store: str = ""
    package_cache_bytes: _Count = 10 << 30
    disk_free_min_bytes: _Count = 256 << 20
    score_dialect: str = "specification"
    near_limit_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.1
    near_limit_runs: _Positive = 3
    case_data_bytes: _Count = 512 << 20
    preempting_class: str = "contest"
    preempted_class: str = "rejudge"
    debian_mirrors: tuple[str, ...] = ()
    debian_keyring: str = ""
    judge_factory: str = "workers.bootstrap:build_judge"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings once. Raises UsageError naming the file or variable and the field."""
    env = os.environ if environ is None else environ
    values: dict[str, object] = {}
    path = Path(env.get("JUDGE_CONFIG", "/etc/judge/judge.toml"))
    if "JUDGE_CONFIG" in env or path.exists():
        try:
            values.update(tomllib.loads(path.read_text()))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"settings file {path}: {error}") from error
    try:
        from_file = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise UsageError(f"settings file {path}: {error}") from error
    settings = _override(from_file, env)
    _check_together(settings)
    return settings


def _override(settings: Settings, env: Mapping[str, str]) -> Settings:
    values = msgspec.to_builtins(settings)
    for name in Settings.__struct_fields__:
        variable = f"JUDGE_{name.upper()}"
        if variable not in env:
            continue
        try:
            values[name] = _from_text(env[variable], type(values[name]))
            msgspec.convert({name: values[name]}, Settings)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            raise UsageError(f"environment variable {variable}: {error}") from error
    return msgspec.convert(values, Settings)


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
