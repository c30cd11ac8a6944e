"""What tests need that a machine may lack, and the Debian package that brings it."""

from __future__ import annotations

import importlib.util
import shutil
import tomllib
from pathlib import Path

import pytest

#: A program or a file -> the Debian package; ``deploy/install-test-deps`` installs each of them.
PACKAGES = {
    "caddy": "caddy",
    "chromium": "chromium",
    "mmdebstrap": "mmdebstrap",
    "node": "nodejs",
    "npm": "npm",
    "tsc": "node-typescript",
    "openssl": "openssl",
    "pandoc": "pandoc",
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "rabbitmq-server": "rabbitmq-server",
    "redis-server": "redis-server",
    "systemd-analyze": "systemd",
    "tmux": "tmux",
    "/usr/sbin/nginx": "nginx-light",
    "/usr/include/asm-generic/unistd.h": "linux-libc-dev",
    "/usr/include/x86_64-linux-gnu/asm/unistd_64.h": "linux-libc-dev",
}

_LANGUAGES = Path(__file__).resolve().parents[2] / "languages"
_NAMESPACES_MAX = Path("/proc/sys/user/max_user_namespaces")


def absent(name: str) -> str:
    """The reason to skip a test that needs this program or file and does not find it."""
    return f"{name} is not installed: apt-get install {PACKAGES[name]}"


def tool(name: str) -> None:
    """Skip the test where this program, or this file, is missing."""
    if not (Path(name).exists() if "/" in name else shutil.which(name)):
        pytest.skip(absent(name))


def module(name: str, requirement: str) -> None:
    """Skip the test where this Python module is missing; ``requirement`` is what brings it."""
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:  # its parent is missing
        found = None
    if found is None:
        pytest.skip(f"{name} is not installed: pip install '{requirement}'")


def language(language_id: str, what: str = "its toolchain") -> str:
    """The reason to skip a test of a language whose toolchain is missing; ``what`` is the first path that is."""
    path = _LANGUAGES / f"{language_id}.toml"
    definition = tomllib.loads(path.read_text()) if path.exists() else {}
    packages = definition.get("packages", {}).get("debian", [language_id])
    return f"{language_id}: {what} is not installed: apt-get install {' '.join(packages)}"


def no_sandbox(error: Exception) -> str:
    """The reason to skip a test that needs a slot; that the kernel gives no namespaces is the machine's kind."""
    if _NAMESPACES_MAX.exists() and _NAMESPACES_MAX.read_text().strip() == "0":
        return f"this kernel gives no user namespaces: {error}"
    return f"this host cannot run the sandbox: {error}"
