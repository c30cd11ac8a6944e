"""Settings: frozen, read once from a TOML file and the environment. Every default lives here and nowhere else.

Order, later wins: the defaults below; the file named by ``JUDGE_CONFIG`` (else ``/etc/judge/judge.toml`` when
it is there); environment variables ``JUDGE_<FIELD>`` in upper case.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from judge.errors import UsageError


def _state_dir() -> str:
    if os.geteuid() == 0:
        return "/var/lib/judge"
    return os.path.join(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state"), "judge")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of every command and service.

    ``state_dir`` holds the embedded Redis' data, artifacts, layers and scratch. ``broker`` empty = the
    embedded server of ``judge up``. ``slots`` 0 = one per usable core. ``cgroup_root`` empty = found at start.
    ``uid_base`` is the first of the reserved host uids used when started by root (two per slot).
    """

    state_dir: str = msgspec.field(default_factory=_state_dir)
    broker: str = ""
    slots: int = 0
    cgroup_root: str = ""
    uid_base: int = 2_000_000
    languages_dir: str = ""
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 9090
    log_format: str = "console"
    log_level: str = "info"


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
    return _override(from_file, env)


def _override(settings: Settings, env: Mapping[str, str]) -> Settings:
    values = msgspec.to_builtins(settings)
    for name in Settings.__struct_fields__:
        variable = f"JUDGE_{name.upper()}"
        if variable not in env:
            continue
        try:
            values[name] = msgspec.convert(env[variable], type(values[name]), strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"environment variable {variable}: {error}") from error
    return msgspec.convert(values, Settings)
