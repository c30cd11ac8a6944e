"""The keys of an autograder's part in assignment.yaml that no other part has.

::

    packages: {debian: [g++, valgrind], pypi: [pytest==8.4.2]}   # made ready by an operator: judge course install
    environment: {COURSE: CS 101}
    results: out/report.xml      # below the working directory, where it is not where the format says
    published: after_due         # who sees what is to be shown when points are published; else nobody
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from judge.model.assignment import Autograder, Visibility
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YamlMapping, YamlScalar
from judge.text import shown

PACKAGES_MAX = 200
_DEBIAN = re.compile(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.]")
_PYPI = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*([=<>~!]=[0-9A-Za-z.*]+)?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLES_MAX = 64
_TEXT_CHARS_MAX = 4096


def read_autograder(section: YamlSection) -> Autograder:
    """What the part says, with findings for what is wrong."""
    packages = section.section("packages")
    found = Autograder(
        debian=_packages(packages, "debian", _DEBIAN),
        pypi=_packages(packages, "pypi", _PYPI),
        environment=tuple(_environment(section)),
        results=_results(section),
        published=Visibility(section.choice("published", tuple(Visibility), Visibility.HIDDEN)),
    )
    packages.finish()
    return found


def is_debian(name: str) -> bool:
    """Whether a Debian package can be called so."""
    return bool(_DEBIAN.fullmatch(name))


def is_pypi(name: str) -> bool:
    """Whether PyPI can be asked for this: a name, with one bound on its version perhaps."""
    return bool(_PYPI.fullmatch(name))


def _packages(section: YamlSection, key: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    names = section.words(key)
    for name in names:
        if not pattern.fullmatch(name):
            section.block(key, f"{shown(name)[:200]!r} is no name of a package")
    if len(names) > PACKAGES_MAX:
        section.block(key, f"{len(names)} packages; at most {PACKAGES_MAX} are taken")
    return tuple(dict.fromkeys(names))


def _environment(section: YamlSection) -> Iterator[tuple[str, str]]:
    node = section.node("environment")
    if node is None:
        return
    if not isinstance(node, YamlMapping) or len(node.values) > _VARIABLES_MAX:
        section.block("environment", f"expected a map of at most {_VARIABLES_MAX} names to texts")
        return
    for name, value in node.values.items():
        if not isinstance(value, YamlScalar) or not _is_variable(name, value.text):
            section.block_at(value.line, "environment", f"{shown(name)[:80]!r}: expected a name and a text")
            continue
        yield name, value.text


def _is_variable(name: str, value: str) -> bool:
    return bool(_VARIABLE.fullmatch(name)) and "\0" not in value and len(value) <= _TEXT_CHARS_MAX


def _results(section: YamlSection) -> str:
    name = section.text("results")
    if name and (not {"", ".", ".."}.isdisjoint(name.split("/")) or "\0" in name or len(name) > _TEXT_CHARS_MAX):
        section.block("results", f"{shown(name)[:200]!r} is no path below the working directory")
        return ""
    return name
