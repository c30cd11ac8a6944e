"""What the server says of itself: /version and /config."""

from __future__ import annotations

import platform

from judge.release import judge_version

#: What this server can do, by go-judge's names.
CAPABILITIES = {
    "copyOutOptional": True,
    "pipeProxy": True,
    "symlink": True,
    "addressSpaceLimit": True,
    "stream": True,
    "procPeak": True,
    "copyOutTruncate": True,
    "pipeProxyZeroCopy": True,
    "fixSymlinkEscape": True,
}

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def version(build_version: str) -> dict[str, object]:
    """``build_version``: the go-judge whose interface this is."""
    machine = platform.machine()
    return {
        "buildVersion": build_version,
        "goVersion": f"judge {judge_version()}",
        "platform": _ARCHITECTURES.get(machine, machine),
        "os": "linux",
        **CAPABILITIES,
    }


def config() -> dict[str, object]:
    """Files lie in no directory here. Memory and processes are always limited, whatever cgroups the workers have."""
    return {
        **CAPABILITIES,
        "fileStorePath": "",
        "runnerConfig": {
            "cgroupType": 2,
            "cgroupControllers": ["cpu", "memory", "pids"],
            "hostName": "judge",
            "domainName": "judge",
            "uid": 1000,
            "gid": 1000,
            "workDir": "/w",
        },
    }
