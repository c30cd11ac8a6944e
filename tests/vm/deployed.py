"""The images of deploy/compose under rootless podman, with the settings of compose.yaml and of the chart."""

from __future__ import annotations

import http.client
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import podman
from checks import HOME, PROJECT, Done, Failed, Report, as_judge, groups_left, last_line, must, run
from podman import Chart, Planned, Volume
from service import USER_GROUP

_DISK = Path("/images")
_NETWORK = "deployed"
_GATEWAY = 8090
#: An emulated processor on a busy host takes long over everything; what comes, is waited for.
_QUICK_S, _SLOW_S = 600.0, 1800.0
_SCOPES = "admin,run,submit,read,packages"
_CASES = (("sum.c", "accepted", "AC"), ("sum.py", "accepted", "AC"), ("hoard.c", "memory_limit_exceeded", "MLE"))

_STORAGE = HOME / ".config/containers/storage.conf"
_STORAGE_CONF = f"""[storage]
driver = "overlay"
runroot = "/run/user/1000/containers"
graphroot = "{HOME}/.local/share/containers/storage"
[storage.options]
additionalimagestores = ["{_DISK}/storage"]
"""

Steps = Iterator[tuple[str, Callable[[], Report]]]


def steps() -> Steps:
    """The chart first, then compose; each of them from its start to its end."""
    yield "install images", load
    for name, plan in (("chart", _chart), ("compose", _compose)):
        yield f"{name}: doctor", partial(doctor, plan)
        yield f"{name}: selftest", partial(selftest, plan)
        yield f"{name}: start", partial(start, plan)
        yield f"{name}: probes", partial(probes, plan)
        yield f"{name}: judged over HTTP", partial(judged, plan)
        yield f"{name}: stop", partial(stop, plan)


def load() -> Report:
    """The disk as a store of images that is only read, and a network that knows names."""
    must(["systemctl", "start", "user@1000.service"], _QUICK_S)
    must(["mkdir", "-p", str(_DISK)])
    must(["mount", "-o", "ro", "/dev/vdc", str(_DISK)])
    must(as_judge(["mkdir", "-p", str(_STORAGE.parent)]))
    must(as_judge(["sh", "-c", 'printf %s "$1" > "$2"', "sh", _STORAGE_CONF, str(_STORAGE)]))
    output = _done("info").output + _done("images").output + _done("network", "create", _NETWORK).output
    return Report(f"podman {_done('version', '--format', '{{.Client.Version}}').stdout.strip()}", output)


def _podman(*words: str) -> list[str]:
    return as_judge(["podman", *words])


def _done(*words: str) -> Done:
    """What podman says to them; it must end well."""
    return must(_podman(*words), _QUICK_S)


def _compose() -> dict[str, Planned]:
    described = json.loads((_DISK / "compose.json").read_text())
    services = described["services"]
    return {name: podman.compose_container(name, services[name], _NETWORK) for name in ("redis", "worker", "gateway")}


def _chart() -> dict[str, Planned]:
    chart = Chart(json.loads((_DISK / "chart.json").read_text()))
    return {name: chart.planned(name, _NETWORK) for name in ("redis", "worker", "gateway")}


def _make(volume: Volume) -> None:
    """A volume as the kubelet would make it; one of compose is podman's matter. What there is stays as it is."""
    top = Path(volume.source)
    if not volume.mode or top.is_dir():
        return
    must(as_judge(["mkdir", "-p", str(top)]))
    script = f"chown 0:{volume.group} {top}"
    for name, content in volume.files.items():
        must(as_judge(["sh", "-c", 'printf %s "$1" > "$2"', "sh", content, f"{top}/{name}"]))
        script += f" && chown 0:{volume.group} {top}/{name} && chmod {volume.mode:o} {top}/{name}"
    script += f" && chmod {'755' if volume.files else f'{volume.mode:o}'} {top}"
    _done("unshare", "sh", "-c", script)


def _once(planned: Planned, *command: str) -> Done:
    """Run a container to its end, with its volumes, its settings and no port that others see."""
    for volume in planned.volumes:
        _make(volume)
    options = list(planned.options)
    while "--publish" in options:
        at = options.index("--publish")
        del options[at : at + 2]
    words = ("run", "--pull=never", "--rm", *options, f"localhost/{planned.image}", *command)
    return run(_podman(*words), _SLOW_S)


def _detached(planned: Planned, *publish: str) -> None:
    """Start a container, after what comes before it."""
    for first in planned.before:
        done = _once(first, *first.command)
        if done.code != 0:
            raise Failed(Report(f"before {planned.name}: {last_line(done.output)}", done.output))
    for volume in planned.volumes:
        _make(volume)
    words = ("run", "--pull=never", "--detach", "--name", planned.name, *planned.options, *publish)
    _done(*words, f"localhost/{planned.image}", *planned.command)


def doctor(plan: Callable[[], dict[str, Planned]]) -> Report:
    """In a worker's container, nothing is missing."""
    done = _once(plan()["worker"], "doctor", "--json")
    try:
        findings = json.loads(done.stdout)["findings"]
    except (ValueError, KeyError, TypeError):
        raise Failed(Report(f"exit code {done.code}: {last_line(done.output)}", done.output)) from None
    bad = [f"{one['name']}: {one['found']}" for one in findings if one["status"] == "missing"]
    if done.code != 0 or bad:
        raise Failed(Report("; ".join(bad) or f"exit code {done.code}", done.output))
    warnings = [one["name"] for one in findings if one["status"] == "warning"]
    return Report(f"{len(findings)} findings" + (f", warnings: {', '.join(warnings)}" if warnings else ""), done.output)


def selftest(plan: Callable[[], dict[str, Planned]]) -> Report:
    """The shipped attacks, in a worker's container."""
    done = _once(plan()["worker"], "selftest")
    if done.code != 0:
        raise Failed(Report(f"exit code {done.code}: {last_line(done.output)}", done.output))
    return Report(last_line(done.stdout), done.output)


def start(plan: Callable[[], dict[str, Planned]]) -> Report:
    """All three; until the gateway says that work can be done."""
    began = time.monotonic()
    for name, planned in plan().items():
        alone = name == "gateway" and "--publish" not in planned.options
        ingress = ("--publish", f"127.0.0.1:{_GATEWAY}:8090") if alone else ()  # what one does in a cluster
        _detached(planned, *ingress)
    while True:
        try:
            status, body = _ask("GET", "/readyz")
        except OSError as error:
            status, body = 0, str(error).encode()
        if status == 200:
            return Report(f"ready after {time.monotonic() - began:.0f} s", _logs(plan))
        if time.monotonic() - began > _SLOW_S:
            raise Failed(Report(f"not ready: {body.decode(errors='replace')[:200]}", _logs(plan)))
        time.sleep(2)


def probes(plan: Callable[[], dict[str, Planned]]) -> Report:
    """What restarts containers, or keeps traffic from them, finds all of them well."""
    asked = [(planned.name, words) for planned in plan().values() for words in planned.probes]
    for name, words in asked:
        done = run(_podman("exec", name, *words), _QUICK_S)
        if done.code != 0:
            raise Failed(Report(f"{name}: {' '.join(words)[-60:]}: {last_line(done.output)}", _logs(plan)))
    return Report(f"{len(asked)} asked")


def _logs(plan: Callable[[], dict[str, Planned]]) -> str:
    shown = run(_podman("ps", "--all"), _QUICK_S).output
    return shown + "".join(run(_podman("logs", "--tail", "60", one.name), _QUICK_S).output for one in plan().values())


def _ask(method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", _GATEWAY, timeout=_QUICK_S)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def judged(plan: Callable[[], dict[str, Planned]]) -> Report:
    """A package goes up, submissions go in, and right verdicts come out; nothing without a key."""
    gateway = plan()["gateway"].name
    status, body = _ask("GET", "/api/v1/languages")
    if status != 401:
        raise Failed(Report(f"without a key: {status}", body.decode(errors="replace")))
    made = _done("exec", gateway, "/opt/judge/bin/judge", "keys", "create", "--scopes", _SCOPES)
    key = next(word for word in made.stdout.split() if word.startswith("jk_"))
    try:
        path = "/api/v1/packages?name=sum&version=1"
        digest = _answered((201,), "POST", path, _package(), key, "application/zip")["package"]
        seen = [f"{name} {_verdict(key, digest, name, folder)}" for name, folder, _ in _CASES]
    except Failed as failure:
        raise Failed(Report(failure.report.detail, failure.report.output + _logs(plan))) from failure
    wanted = [f"{name} {verdict}" for name, _, verdict in _CASES]
    if seen != wanted:
        raise Failed(Report(f"{seen}, not {wanted}", _logs(plan)))
    return Report(", ".join(seen))


def _answered(
    wanted: tuple[int, ...], method: str, path: str, body: bytes, key: str, kind: str = "application/json"
) -> Any:
    status, answer = _ask(method, path, body, authorization=f"Bearer {key}", content_type=kind)
    if status not in wanted:
        raise Failed(Report(f"{method} {path}: {status}", answer.decode(errors="replace")))
    return json.loads(answer)


def _package() -> bytes:
    """The example, with a time limit that an emulated processor keeps as well."""
    packed, root = io.BytesIO(), PROJECT / "examples" / "sum"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(root.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            if path.name == "problem.yaml":
                content = content.replace(b"time_limit: 1\n", b"time_limit: 20\n")
            if path.is_file():
                archive.writestr(f"{path.relative_to(root)}", content)
    return packed.getvalue()


def _verdict(key: str, digest: str, name: str, folder: str) -> str:
    source = (PROJECT / "examples" / "sum" / "submissions" / folder / name).read_text()
    language = {"c": "c", "py": "python3"}[name.rpartition(".")[2]]
    body = {"package": digest, "language": language, "source": source}
    answer = _answered((201, 202), "POST", "/api/v1/submissions?wait=60", json.dumps(body).encode(), key)
    deadline_s = time.monotonic() + _SLOW_S
    while not answer.get("judging"):
        if time.monotonic() > deadline_s:
            raise Failed(Report(f"{folder}/{name}: no report after {_SLOW_S:.0f} s", json.dumps(answer)))
        answer = _answered((200,), "GET", f"/api/v1/submissions/{answer['id']}?wait=60", b"", key)
    return str(answer["judging"]["verdict"])


def stop(plan: Callable[[], dict[str, Planned]]) -> Report:
    """Each ends in order, with the exit code 0, in the time that it has; nothing of it is left."""
    codes, took = {}, []
    for component in ("gateway", "worker", "redis"):
        planned, began = plan()[component], time.monotonic()
        must(_podman("stop", "--time", str(planned.stop_s), planned.name), planned.stop_s + _QUICK_S)
        took.append(f"{component} {time.monotonic() - began:.0f} s")
        codes[component] = _done("inspect", "--format", "{{.State.ExitCode}}", planned.name).stdout.strip()
    logs = _logs(plan)
    _done("rm", "--all", "--volumes")
    left = groups_left(USER_GROUP)
    if set(codes.values()) != {"0"} or left:
        raise Failed(Report(f"exit codes {codes}, left {left}", logs))
    return Report(f"exit code 0 of all, no group left: {', '.join(took)}", logs)
