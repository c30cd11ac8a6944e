"""Reads the settings: the defaults, the settings file, the environment; the later wins.

The file is the one that ``JUDGE_CONFIG`` names, else ``/etc/judge/judge.toml`` when it is there. Before there were
sections it had names without any (``queue_max`` for ``max`` of ``[queue]``): those are still read, with a warning.
"""

from __future__ import annotations

import difflib
import logging
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from judge import wire
from judge.config.known import Setting, all_settings, section_names
from judge.config.sections import Settings
from judge.errors import UsageError

log = logging.getLogger(__name__)

#: A heartbeat may be lost, or late, twice before a lease runs out.
TICKS_PER_LEASE_MIN = 3

#: Read when JUDGE_CONFIG names no other, if it is there.
DEFAULT_FILE = "/etc/judge/judge.toml"

#: Settings that name something which must be there.
_DIRECTORIES = ("worker.languages_dir", "sandbox.cgroup_root")
_FILES = (
    "redis.server", "layers.debian_keyring", "broker.password_file", "broker.ca_file", "broker.cert_file",
    "broker.key_file",
)  # fmt: skip

#: Variables that begin with JUDGE_ and are no settings: a client's server and key, the tests' own, and what Kubernetes
#: and Docker put into each container for a service whose name begins with "judge" (an address, in those named for a
#: port).
_OTHER_VARIABLES = re.compile(
    r"JUDGE_(CONFIG|SERVER|KEY|VM|TESTS?_\w+|HOSTILE_PROGRAMS|(\w+_)?SERVICE_(HOST|PORT(_\w+)?))"
)
_PORT_VARIABLES = re.compile(r"JUDGE_(\w+_)?PORT(_\d+_(TCP|UDP)(_\w+)?)?")

_ENVIRONMENT = "environment variable"

_TRUTHS = {"true": "yes", "false": "no"}

#: Values by the place of their setting, as :attr:`judge.config.known.Setting.place` writes it.
_Values = dict[str, object]


class Sourced(msgspec.Struct, frozen=True, kw_only=True):
    """The settings and where they come from.

    ``sources``: "file PATH" or "environment variable NAME" by the place of each setting that is not at its default.
    ``warnings``: what the settings file still says in the old way, one sentence each.
    """

    settings: Settings
    sources: dict[str, str]
    warnings: tuple[str, ...] = ()


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings once; what is outdated in the file is logged. Raises UsageError naming the file or variable
    and the setting."""
    sourced = read_settings(environ)
    for warning in sourced.warnings:
        log.warning("%s", warning)
    return sourced.settings


def inherited_settings() -> Settings:
    """The settings in a process that another one of ours started: that one has said what is outdated."""
    return read_settings().settings


def read_settings(environ: Mapping[str, str] | None = None) -> Sourced:
    """The settings, where each comes from, and what is outdated. Raises UsageError."""
    env = os.environ if environ is None else environ
    path = Path(env.get("JUDGE_CONFIG", DEFAULT_FILE))
    values, warnings = _from_file(path) if "JUDGE_CONFIG" in env or path.exists() else ({}, ())
    sources = dict.fromkeys(values, f"file {path}")
    _check_variables(env)
    for setting in all_settings():
        if setting.variable in env and not _is_address_of_service(setting.variable, env[setting.variable]):
            values[setting.place] = _from_variable(setting, env[setting.variable])
            sources[setting.place] = f"{_ENVIRONMENT} {setting.variable}"
    settings = _settings_of(values)
    _check_together(settings)
    _check_paths(settings, sources)
    return Sourced(settings=settings, sources=sources, warnings=warnings)


def _settings_of(values: _Values) -> Settings:
    """Raises msgspec.ValidationError naming the place."""
    tree: dict[str, object] = {name: {} for name in section_names()}
    for place, value in values.items():
        section, _, field = place.rpartition(".")
        inside = tree[section] if section else tree
        assert isinstance(inside, dict)  # made above
        inside[field] = _yes_or_no(place, value)
    return msgspec.convert(tree, Settings)


def _yes_or_no(place: str, value: object) -> object:
    """Who writes ``yes`` into YAML, a chart's values say, has written ``true``: both are meant where yes is a word."""
    word = _TRUTHS.get(str(value).lower(), "") if isinstance(value, (bool, str)) else ""
    words = next((setting.words for setting in all_settings() if setting.place == place), ())
    return word if word in words else value


def _from_file(path: Path) -> tuple[_Values, tuple[str, ...]]:
    """A settings file's values, each fit for its setting, and what the file says in the old way."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        values, outdated = _by_place(document)
        _settings_of(values)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, UsageError) as error:
        raise UsageError(f"settings file {path}: {error}") from error
    return values, tuple(f"settings file {path}: {one}" for one in outdated)


def _by_place(document: Mapping[str, object]) -> tuple[_Values, list[str]]:
    """The file's values by place, and a sentence for each that stands at its old one. Raises UsageError."""
    values: _Values = {}
    sections = {name: value for name, value in document.items() if name in section_names() and isinstance(value, dict)}
    for name, table in sections.items():
        values |= _of_section(name, table)
    old = {setting.old_name: setting for setting in all_settings() if setting.section}
    outdated = []
    for name in document.keys() - sections.keys():
        setting = old.get(name)
        if setting is None:
            _check_known(name, name)
            values[name] = document[name]
            continue
        if setting.place in values:
            raise UsageError(f"{name} and {setting.field} of [{setting.section}] are the same setting: leave one out")
        values[setting.place] = document[name]
        outdated.append(f"{name} is now {setting.field} in the section [{setting.section}]")
    return values, sorted(outdated)


def _of_section(section: str, table: Mapping[str, object]) -> _Values:
    for field in table:
        _check_known(f"{section}.{field}", field)
    return {f"{section}.{field}": value for field, value in table.items()}


def _check_known(place: str, field: str) -> None:
    """Raises UsageError with the near place: the same name in another section, else a name like it."""
    places = [setting.place for setting in all_settings()]
    if place not in places:
        same = [known for known in places if known.rpartition(".")[2] == field]
        near = f"; did you mean {same[0]}?" if same else _near(place, places) or _near_field(field)
        raise UsageError(f"no setting {place!r}{near}")


def _from_variable(setting: Setting, text: str) -> object:
    try:
        value = _from_text(text, type(setting.value_in(Settings())))
        _settings_of({setting.place: value})
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise UsageError(f"{_ENVIRONMENT} {setting.variable}: {error}") from error
    return value


def _check_variables(env: Mapping[str, str]) -> None:
    """A misspelt setting would silently not hold. Raises UsageError naming the variable and the near one."""
    known = [setting.variable for setting in all_settings()]
    for variable in sorted(env):
        if variable.startswith("JUDGE_") and variable not in known and not _is_foreign(variable, env[variable]):
            near = _near(variable, known)
            raise UsageError(f"{_ENVIRONMENT} {variable}: no such setting{near}; judge config --defaults lists all")


def _is_foreign(variable: str, value: str) -> bool:
    if _PORT_VARIABLES.fullmatch(variable):
        return "_TCP" in variable or "_UDP" in variable or "://" in value
    return _OTHER_VARIABLES.fullmatch(variable) is not None


def _is_address_of_service(variable: str, value: str) -> bool:
    """Whether Kubernetes put it there for a service of that name: "judge-gateway" has JUDGE_GATEWAY_PORT=tcp://..."""
    return variable.endswith("_PORT") and value.startswith(("tcp://", "udp://"))


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _near_field(field: str) -> str:
    """The place of the setting whose name, new or old, is most like this one."""
    places = {setting.old_name: setting.place for setting in all_settings()}
    places |= {setting.field: setting.place for setting in all_settings()}
    near = difflib.get_close_matches(field, list(places), n=1, cutoff=0.7)
    return f"; did you mean {places[near[0]]}?" if near else ""


def _check_paths(settings: Settings, sources: Mapping[str, str]) -> None:
    """What is named must be there. Raises UsageError naming the path and where it was named."""
    paths = {setting.place: str(setting.value_in(settings)) for setting in all_settings()}
    for places, exists, what in ((_DIRECTORIES, os.path.isdir, "directory"), (_FILES, os.path.exists, "file")):
        for place in places:
            path = paths[place]
            if path and not exists(path):
                raise UsageError(f"{place} ({sources.get(place, 'default')}): there is no {what} {path}")


def _check_together(settings: Settings) -> None:
    """What no field can know alone. Raises UsageError naming the fields."""
    leases, queue = settings.leases, settings.queue
    if leases.lease_ms < TICKS_PER_LEASE_MIN * leases.tick_ms:
        raise UsageError(
            f"lease_ms ({leases.lease_ms}): at least {TICKS_PER_LEASE_MIN} times tick_ms ({leases.tick_ms}), "
            "or leases run out between two heartbeats"
        )
    for name, value in (("preempting_class", queue.preempting_class), ("preempted_class", queue.preempted_class)):
        if value and value not in wire.PRIORITY_CLASSES:
            raise UsageError(f"{name}: {value!r} is not one of {', '.join(wire.PRIORITY_CLASSES)}")


def _from_text(text: str, kind: type) -> object:
    """A variable's value: lists by commas, tables as JSON, anything else as it stands."""
    if issubclass(kind, (list, tuple)):
        return [part.strip() for part in text.split(",") if part.strip()]
    if issubclass(kind, dict):
        return msgspec.json.decode(text)
    return msgspec.convert(text, kind, strict=False)
