"""Where JUnit 5 lies in the root in which Java is compiled and run."""

from __future__ import annotations

from judge.errors import PackageError
from judge.rootfs.host_root import find_in
from judge.sandbox.spec import Rootfs

#: As Debian's package junit5 has them; the last three are what the others need.
_DIRECTORY = "/usr/share/java"
_JARS = (
    "junit-jupiter-api",
    "junit-jupiter-engine",
    "junit-jupiter-params",
    "junit-platform-commons",
    "junit-platform-engine",
    "junit-platform-launcher",
    "opentest4j",
    "apiguardian-api",
    "univocity-parsers",
)


def junit_jars(rootfs: Rootfs, where: str) -> tuple[str, ...]:
    """The class path of JUnit 5, as the root calls it. Raises PackageError with advice, about ``where``, for a root
    without it."""
    jars = tuple(f"{_DIRECTORY}/{name}.jar" for name in _JARS)
    missing = next((jar for jar in jars if find_in(rootfs, jar) is None), "")
    if missing:
        raise PackageError(
            f"JUnit 5 is not installed on this machine: there is no {missing}; remedy: apt-get install junit5", where
        )
    return jars
