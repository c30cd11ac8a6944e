"""Templates to pages: Jinja2, where every value is escaped and a name that is not there is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from judge.gateway.web.static_files import StaticFiles
from judge.gateway.web.texts import catalogue
from judge.release import judge_version
from judge.text import printable


class Rendering:
    """Made once for each gateway."""

    def __init__(self) -> None:
        self.static = StaticFiles(catalogue())
        self._environment = Environment(
            loader=PackageLoader("judge.gateway.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["printable"] = printable
        self._environment.globals |= {
            "static": self.static.address,
            "languages": tuple(catalogue()),
            "version": judge_version(),
        }

    def page(self, template: str, values: Mapping[str, Any]) -> str:
        """The page. Raises jinja2's errors for a template that is wrong."""
        return self._environment.get_template(template).render(values)
