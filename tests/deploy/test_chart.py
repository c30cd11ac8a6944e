"""The chart as helm renders it: what Kubernetes, KEDA and the Prometheus operator say of it, and what must hold in it.

Run by `make test-deploy`, which fetches what it needs; skipped where helm is not there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import needs
import pytest
import yaml

from judge.config import GatewaySettings, WorkerSettings
from judge.observe.metrics.series import METRICS

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "judge"
TOOLS = ROOT / ".cache" / "deploy"
HELM = TOOLS / "bin" / "helm"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HELM.exists(), reason="the chart's checkers are not there: make test-deploy"),
]

_EVERYTHING = (
    *("autoscaling.enabled=true", "ingress.enabled=true", "ingress.className=nginx", "ingress.tlsSecret=cert"),
    *("monitoring.enabled=true", "monitoring.labels.release=prometheus", "gateway.autoscaling.enabled=true"),
    *("store.packages=s3://judge/packages", "store.blobs=s3://judge/blobs", "store.credentials=s3"),
    *("gateway.trustedProxies={10.0.0.0/8,192.168.0.0/16}", "autoscaling.prometheus.authentication=prometheus"),
    *("imagePullSecrets[0].name=registry", "worker.nodeSelector.pool=judge", "redis.storageClass=fast"),
    *("settings.JUDGE_LOG_LEVEL=warning", "worker.settings.JUDGE_SLOTS=2", "worker.podAnnotations.a=b"),
    "networkPolicy.gatewayFrom[0].namespaceSelector.matchLabels.a=b",
)
VARIANTS = {
    "usual": (),
    "everything": _EVERYTHING,
    "own redis": ("redis.enabled=false", "broker.address=rediss://r.example:6380/0", "broker.passwordSecret=redis"),
    "workers alone": ("gateway.enabled=false", "monitoring.enabled=true", "networkPolicy.enabled=false"),
    "a shared directory": (
        *("store.packages=/srv/judge/packages", "store.blobs=/srv/judge/blobs", "store.claim=shared"),
        "redis.existingSecret=mine",
    ),
}
_FOREIGN = {
    "keda.sh/v1alpha1": "keda.sh_scaledobjects",
    "monitoring.coreos.com/v1": "monitoring.coreos.com_podmonitors",
}


def _helm(*words: str) -> subprocess.CompletedProcess[str]:
    private = {name: str(TOOLS / "helm") for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")}
    return subprocess.run([HELM, *words], check=False, capture_output=True, text=True, env={**os.environ, **private})


def _set(values: tuple[str, ...]) -> list[str]:
    return [word for value in values for word in ("--set", value)]


@cache
def _rendered(variant: str) -> tuple[dict[str, Any], ...]:
    done = _helm(
        "template", "one", str(CHART), "--namespace", "web", "--kube-version", "1.34.0", *_set(VARIANTS[variant])
    )
    assert done.returncode == 0, done.stderr
    return tuple(document for document in yaml.safe_load_all(done.stdout) if document)


def _of_kind(variant: str, kind: str) -> dict[str, dict[str, Any]]:
    """By name."""
    return {one["metadata"]["name"]: one for one in _rendered(variant) if one["kind"] == kind}


@pytest.mark.parametrize("variant", VARIANTS)
def test_helm_finds_no_fault(variant: str) -> None:
    done = _helm("lint", "--strict", str(CHART), *_set(VARIANTS[variant]))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("version", ["1.33", "1.37"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_kubernetes_knows_every_field(variant: str, version: str, tmp_path: Path) -> None:
    ours = [document for document in _rendered(variant) if document["apiVersion"] not in _FOREIGN]
    (tmp_path / "chart.yaml").write_text(yaml.safe_dump_all(ours))
    command = [sys.executable, "-m", "kubernetes_validate", "--strict", "--no-warn", "-k", version, "chart.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(TOOLS / "python")}
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("variant", ["everything", "workers alone"])
def test_keda_and_the_prometheus_operator_know_every_field(variant: str) -> None:
    foreign = [document for document in _rendered(variant) if document["apiVersion"] in _FOREIGN]
    assert foreign
    for document in foreign:
        jsonschema.validate(document, _strict(_schema_of(document["apiVersion"])))


def _schema_of(version: str) -> dict[str, Any]:
    (path,) = (TOOLS / "schemas").glob(f"*-{_FOREIGN[version]}.yaml")
    versions = yaml.safe_load(path.read_text())["spec"]["versions"]
    wanted = version.partition("/")[2]
    schema: dict[str, Any] = next(one["schema"]["openAPIV3Schema"] for one in versions if one["name"] == wanted)
    schema["properties"]["metadata"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return schema


def _strict(schema: Any) -> Any:
    """The API server drops what a schema does not name; here that is a fault."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict(value) for key, value in schema.items()}
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        strict.setdefault("additionalProperties", False)
    return strict


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("worker.replica=3", "replica"),
        ("worker.settings.JUDGE-SLOTS=3", "JUDGE-SLOTS"),
        ("redis.enabled=false", "/broker/address"),
        ("store.blobs=/srv/judge/blobs", "/store/claim"),
        ("store.packages=/etc", "/store/packages"),
        ("autoscaling.minReplicas=0", "minReplicas"),
        ("gateway.trustedProxies=all", "trustedProxies"),
        ("broker.address=http://x", "/broker/address"),
    ],
)
def test_a_wrong_value_is_named(value: str, named: str) -> None:
    done = _helm("template", "one", str(CHART), "--kube-version", "1.34.0", "--set", value)
    assert done.returncode != 0
    assert named in done.stderr


def test_what_is_scaled_by_exists(tmp_path: Path) -> None:
    needs.tool("promtool")
    (scaled,) = _of_kind("everything", "ScaledObject").values()
    assert scaled["spec"]["scaleTargetRef"]["name"] in _of_kind("everything", "Deployment")
    known = {metric.name for metric in METRICS}
    queries = [trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"]]
    assert len(queries) == 2
    for query in queries:
        named = set(re.findall(r"\bjudge_\w+", re.sub(r'"[^"]*"', "", query)))
        assert named
        assert named <= known
    rules = [{"record": "asked", "expr": query} for query in queries]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "keda", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", "rules.yml"], check=False, capture_output=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_selected_exists(variant: str) -> None:
    """Services, budgets, policies and monitors find the pods of exactly one workload."""
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in _workloads(variant)]
    for document in _rendered(variant):
        for selector in _selectors(document):
            found = [labels for labels in pods if selector.items() <= labels.items()]
            assert len(found) == 1, (document["kind"], document["metadata"]["name"])


def _workloads(variant: str) -> Iterator[dict[str, Any]]:
    return (one for one in _rendered(variant) if one["kind"] in ("Deployment", "StatefulSet"))


def _selectors(document: dict[str, Any]) -> Iterator[dict[str, str]]:
    spec = document.get("spec", {})
    match document["kind"]:
        case "Service":
            yield spec["selector"]
        case "Deployment" | "StatefulSet" | "PodDisruptionBudget" | "PodMonitor":
            yield spec["selector"]["matchLabels"]
        case "NetworkPolicy":
            yield spec["podSelector"]["matchLabels"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_only_workers_have_what_the_sandbox_is_built_of(variant: str) -> None:
    for workload in _workloads(variant):
        pod = workload["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        context = container["securityContext"]
        assert all(first["securityContext"] == context for first in pod.get("initContainers", ()))
        assert context["capabilities"]["drop"] == ["ALL"]
        assert pod["automountServiceAccountToken"] is False
        assert "privileged" not in context
        if workload["metadata"]["name"].endswith("-worker"):
            assert pod["hostUsers"] is False
            continue
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
        assert "add" not in context["capabilities"]


def test_a_new_claim_gets_the_directories_of_packages_and_blobs() -> None:
    """The kubelet copies nothing of the image into it; what has a store elsewhere needs none."""
    made = {}
    for variant in VARIANTS:
        deployments = _of_kind(variant, "Deployment")
        made[variant] = [
            container["command"]
            for name in deployments
            for container in deployments[name]["spec"]["template"]["spec"].get("initContainers", ())
        ]
    assert made.pop("a shared directory") == [["mkdir", "-p", "-m", "2775", "/srv/judge/packages", "/srv/judge/blobs"]]
    assert not any(made.values())


def test_settings_of_a_part_win_over_those_of_all_and_no_password_is_among_them() -> None:
    worker, gateway = (_environment("everything", f"one-{name}") for name in ("worker", "gateway"))
    assert (worker["JUDGE_LOG_LEVEL"], worker["JUDGE_SLOTS"]) == ("warning", "2")
    assert "JUDGE_SLOTS" not in gateway
    assert gateway["JUDGE_GATEWAY_NO_KEY"] == "never"
    assert gateway["JUDGE_GATEWAY_TRUSTED_PROXIES"] == "10.0.0.0/8,192.168.0.0/16"
    password = _of_kind("everything", "Secret")["one-redis"]["stringData"]["password"]
    assert password not in yaml.safe_dump([one for one in _rendered("everything") if one["kind"] != "Secret"])


def _environment(variant: str, name: str) -> dict[str, str]:
    (container,) = _of_kind(variant, "Deployment")[name]["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry.get("value", "") for entry in container["env"]}


def test_what_is_for_those_who_watch_is_not_let_in_from_outside() -> None:
    (ingress,) = _of_kind("everything", "Ingress").values()
    paths = [path["path"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    assert "/api" in paths
    for private in ("/", "/metrics", "/readyz", "/healthz"):
        assert private not in paths


def test_a_worker_may_drain_before_it_is_killed() -> None:
    deployments = _of_kind("usual", "Deployment")
    grace = {
        name: one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] for name, one in deployments.items()
    }
    assert grace["one-worker"] > WorkerSettings().drain_max_s
    assert grace["one-gateway"] > GatewaySettings().drain_s_max
