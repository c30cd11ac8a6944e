"""The list of all settings: where each stands in the file, its environment variable and what it means."""

from __future__ import annotations

import typing
from functools import cache
from typing import NamedTuple

import msgspec

from judge.config.section import Section
from judge.config.sections import Settings


class Setting(NamedTuple):
    """One setting. ``section``: the table of the file that it stands in; empty = before the first one.
    ``words``: all that it can be, where these are words."""

    section: str
    field: str
    variable: str
    description: str
    words: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """``section.field``, as TOML names it."""
        return f"{self.section}.{self.field}" if self.section else self.field

    @property
    def old_name(self) -> str:
        """Its name in a settings file without sections, as they were before there were any."""
        return self.variable.removeprefix("JUDGE_").lower()

    def value_in(self, settings: Settings) -> object:
        """Its value."""
        return getattr(getattr(settings, self.section) if self.section else settings, self.field)


@cache
def all_settings() -> tuple[Setting, ...]:
    """Every setting, in the order of :class:`~judge.config.sections.Settings`."""
    found = []
    hints = typing.get_type_hints(Settings, include_extras=True)
    for name in Settings.__struct_fields__:
        if name in section_names():
            found += _in_section(name, hints[name])
        else:
            found.append(_setting("", name, hints[name]))
    return tuple(found)


@cache
def section_names() -> tuple[str, ...]:
    """The tables of the settings file."""
    hints = typing.get_type_hints(Settings)
    return tuple(name for name, kind in hints.items() if isinstance(kind, type) and issubclass(kind, Section))


def section_title(name: str) -> str:
    """A section's heading for people."""
    return (typing.get_type_hints(Settings)[name].__doc__ or "").strip()


def _in_section(section: str, kind: type[Section]) -> list[Setting]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return [_setting(section, field, hints[field]) for field in kind.__struct_fields__]


def _setting(section: str, field: str, hint: object) -> Setting:
    kind = typing.get_args(hint)[0]
    (meta,) = (one for one in typing.get_args(hint) if isinstance(one, msgspec.Meta))
    variable = (meta.extra or {}).get("variable", field.upper())
    words = typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else ()
    return Setting(section, field, f"JUDGE_{variable}", meta.description or "", words)
