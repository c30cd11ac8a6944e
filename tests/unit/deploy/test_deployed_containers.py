"""The container test runs what is deployed with all of its settings: none is left out in silence."""

from __future__ import annotations

import itertools
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PODMAN = runpy.run_path(str(ROOT / "tests/vm/podman.py"))
SERVICES = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text())["services"]


def _compose(name: str, **changed: object) -> Any:
    return PODMAN["compose_container"](name, {**SERVICES[name], **changed}, "net")


def _pairs(options: tuple[str, ...], name: str) -> list[str]:
    return [value for option, value in itertools.pairwise(options) if option == name]


def test_every_service_of_compose_is_one_that_the_test_can_run() -> None:
    assert {name: _compose(name).stop_s for name in SERVICES} == {"redis": 10, "worker": 150, "gateway": 60}


def test_the_walls_of_compose_are_podmans() -> None:
    worker, gateway = _compose("worker"), _compose("gateway")
    security = ["unmask=/sys/fs/cgroup", "seccomp=unconfined", "apparmor=unconfined", "unmask=ALL"]
    assert _pairs(worker.options, "--security-opt") == security
    assert _pairs(worker.options, "--cgroupns") == ["private"]
    assert _pairs(gateway.options, "--security-opt") == ["no-new-privileges"]
    assert _pairs(gateway.options, "--cap-drop") == ["ALL"]
    assert _pairs(gateway.options, "--user") == ["10001:10001"]
    assert "--read-only" in gateway.options
    assert "JUDGE_GATEWAY_NO_KEY=never" in _pairs(gateway.options, "--env")


def test_the_healthcheck_of_compose_is_asked() -> None:
    (probe,) = _compose("gateway").probes
    assert ["CMD", *probe] == SERVICES["gateway"]["healthcheck"]["test"]


@pytest.mark.parametrize("changed", [{"privileged": True}, {"healthcheck": {"test": ["CMD-SHELL", "true"]}}])
def test_what_nobody_translates_is_an_error(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="nobody translates"):
        _compose("worker", **changed)


def test_a_volume_of_compose_gets_what_the_image_has_there_and_a_claim_does_not() -> None:
    """As Docker does, and as the kubelet does not: what the chart needs in a claim, it must make itself."""
    assert "compose-store:/srv/judge" in _pairs(_compose("gateway").options, "--volume")
    planned = PODMAN["Chart"](_pods()).planned("gateway", "net")
    volumes = PODMAN["DIRECTORIES"]
    assert _pairs(planned.options, "--volume") == [f"{volumes}/shared:/srv/judge", f"{volumes}/own-data:/secret:ro"]
    (claim, _) = planned.volumes
    assert (claim.group, claim.mode) == (10001, 0o2775)


def test_what_comes_before_a_container_of_the_chart_has_its_user_and_its_own_command() -> None:
    planned = PODMAN["Chart"](_pods()).planned("gateway", "net")
    (first,) = planned.before
    assert _pairs(first.options, "--user") == ["10001:10001"]
    assert [json.loads(words) for words in _pairs(first.options, "--entrypoint")] == [["mkdir", "/srv/judge/packages"]]
    assert first.command == ()
    assert _pairs(planned.options, "--entrypoint") == []


def test_probes_of_the_chart_are_asked_as_the_kubelet_asks_them() -> None:
    planned = PODMAN["Chart"](_pods()).planned("gateway", "net")
    assert [words[-1] for words in planned.probes] == ["http://own:8090/readyz", "exec 3<>/dev/tcp/own/8090"]
    assert planned.stop_s == 60


def _pods() -> list[dict[str, Any]]:
    """The parts of a chart that matter here."""
    store, secret = {"name": "store", "mountPath": "/srv/judge"}, {"name": "data", "mountPath": "/secret"}
    usual: dict[str, Any] = {"image": "judge", "resources": {}, "securityContext": {}}
    container = {
        **usual,
        "args": ["gateway"],
        "ports": [{"name": "http", "containerPort": 8090}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}},
        "livenessProbe": {"tcpSocket": {"port": "http"}},
        "volumeMounts": [store, {**secret, "readOnly": True}],
    }
    pod = {
        "terminationGracePeriodSeconds": 60,
        "securityContext": {"runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001},
        "initContainers": [{**usual, "command": ["mkdir", "/srv/judge/packages"], "volumeMounts": [store]}],
        "containers": [container],
        "volumes": [
            {"name": "store", "persistentVolumeClaim": {"claimName": "shared"}},
            {"name": "data", "emptyDir": {}},
        ],
    }
    template = {"metadata": {"labels": {"app.kubernetes.io/component": "gateway"}}, "spec": pod}
    return [{"kind": "Deployment", "metadata": {"name": "own"}, "spec": {"template": template}}]


@pytest.mark.parametrize(
    ("name", "only", "chosen"),
    [
        ("compose: stop", (), True),
        ("compose: judged over HTTP", ("compose: judged",), True),
        ("compose: start", ("compose: judged",), True),
        ("install images", ("compose: judged",), True),
        ("compose: stop", ("compose: judged",), False),
        ("chart: start", ("compose: judged",), False),
    ],
)
def test_a_step_of_the_machine_brings_what_it_builds_on(
    name: str, only: tuple[str, ...], chosen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tests/vm"))
    assert runpy.run_path(str(ROOT / "tests/vm/guest.py"))["is_chosen"](name, only) is chosen
