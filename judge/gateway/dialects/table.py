"""Every dialect, and which of them are served."""

from __future__ import annotations

from typing import Any

from judge.config import Settings
from judge.gateway.access.authenticate import is_loopback_name
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.dialects.fusion.router import FUSION
from judge.gateway.dialects.gojudge.router import GOJUDGE
from judge.gateway.dialects.jobe.router import JOBE
from judge.gateway.dialects.judge0.router import JUDGE0
from judge.gateway.dialects.piston.router import PISTON

DIALECTS: tuple[Dialect, ...] = (JUDGE0, PISTON, JOBE, FUSION, GOJUDGE)


def served(settings: Settings) -> tuple[Dialect, ...]:
    """Those that the settings switch on."""
    by_itself = is_loopback_name(settings.gateway.host)
    enabled = {"yes": True, "no": False, "auto": by_itself}
    return tuple(one for one in DIALECTS if enabled[section_of(settings, one).enabled])


def section_of(settings: Settings, dialect: Dialect) -> Any:
    """A dialect's own settings."""
    return getattr(settings, dialect.name)
