"""Containers as deploy/compose and deploy/helm describe them, as words of podman.

Every field is either translated or listed as one that says nothing about the container itself; an unknown one is an
error, so that no setting is left out in silence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Fields = Mapping[str, Any]


#: Where the volumes of the chart lie. Named ones would be given to the user of the container that uses them first.
DIRECTORIES = "/home/judge/volumes"


@dataclass(frozen=True)
class Volume:
    """A volume of compose: a named one, which holds at first what the image has there. With a ``mode`` one of the
    chart: a directory; ``mode`` and ``group`` are its top's, and ``files`` is what it holds at first."""

    name: str
    group: int = 0
    mode: int = 0
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The name, or the path."""
        return f"{DIRECTORIES}/{self.name}" if self.mode else self.name


@dataclass(frozen=True)
class Planned:
    """One container. ``options`` and ``command`` are podman's. Its ``volumes`` are made and what stands in ``before``
    is run to its end first. ``probes``: what tells that it is well, run in it; ``stop_s``: how long it may stop."""

    name: str
    image: str
    options: tuple[str, ...]
    command: tuple[str, ...]
    volumes: tuple[Volume, ...] = ()
    before: tuple[Planned, ...] = ()
    probes: tuple[tuple[str, ...], ...] = ()
    stop_s: int = 10  # Docker's own


def checked(fields: Fields, known: set[str], where: str) -> None:
    """Raises ValueError for a field that nobody translates."""
    unknown = sorted(set(fields) - known)
    if unknown:
        raise ValueError(f"{where}: nobody translates {', '.join(unknown)}")


#: Docker's word -> podman's.
_SECURITY = {
    "writable-cgroups=true": "unmask=/sys/fs/cgroup",
    "systempaths=unconfined": "unmask=ALL",
    "seccomp=unconfined": "seccomp=unconfined",
    "apparmor=unconfined": "apparmor=unconfined",
    "no-new-privileges=true": "no-new-privileges",
}
_SERVICE_SAYS_NOTHING = {"build", "depends_on", "restart", "networks"}
_SERVICE = {
    "image",
    "command",
    "environment",
    "cgroup",
    "security_opt",
    "volumes",
    "ports",
    "user",
    "read_only",
    "tmpfs",
    "cap_drop",
    "healthcheck",
    "stop_grace_period",
}


def compose_container(name: str, service: Fields, network: str) -> Planned:
    """A service of compose.yaml."""
    checked(service, _SERVICE | _SERVICE_SAYS_NOTHING, f"service {name}")
    options = ["--network", network, "--network-alias", name]
    options += [word for key, value in service.get("environment", {}).items() for word in ("--env", f"{key}={value}")]
    for says in service.get("security_opt", ()):
        options += ["--security-opt", _SECURITY[says]]
    for port in service.get("ports", ()):
        options += ["--publish", port]
    for path in service.get("tmpfs", ()):
        options += ["--tmpfs", f"{path}:mode=1777"]
    for capability in service.get("cap_drop", ()):
        options += ["--cap-drop", capability]
    if "cgroup" in service:
        options += ["--cgroupns", service["cgroup"]]
    if "user" in service:
        options += ["--user", service["user"]]
    if service.get("read_only"):
        options += ["--read-only", "--read-only-tmpfs=false"]
    volumes = []
    for said in service.get("volumes", ()):
        volume, path = said.split(":")
        volumes.append(Volume(f"compose-{volume}"))
        options += ["--volume", f"{volumes[-1].source}:{path}"]
    return Planned(
        f"compose-{name}",
        service["image"],
        tuple(options),
        tuple(service["command"]),
        tuple(volumes),
        probes=tuple(_health(service.get("healthcheck"))),
        stop_s=int(service.get("stop_grace_period", "10s").removesuffix("s")),
    )


def _health(check: Fields | None) -> Iterator[tuple[str, ...]]:
    if check:
        checked(check, {"test", "interval", "start_period"}, "a healthcheck")
        kind, *words = check["test"]
        if kind != "CMD":
            raise ValueError(f"nobody translates {kind}")
        yield tuple(words)


_POD_SAYS_NOTHING = {"automountServiceAccountToken", "enableServiceLinks", "topologySpreadConstraints"}
_POD = {
    *("runtimeClassName", "hostUsers", "securityContext", "containers", "initContainers", "volumes"),
    "terminationGracePeriodSeconds",
}
_CONTAINER_SAYS_NOTHING = {"name", "imagePullPolicy"}
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
_CONTAINER = {"image", "command", "args", "env", "ports", "securityContext", "resources", "volumeMounts", *_PROBES}
_ASK = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=100)"


class Chart:
    """What ``helm template`` made."""

    def __init__(self, documents: list[Fields]) -> None:
        self._documents = documents

    def _all(self, kind: str) -> Iterator[Fields]:
        return (document for document in self._documents if document["kind"] == kind)

    def _secret(self, name: str) -> Mapping[str, str]:
        found: Mapping[str, str] = next(
            one["stringData"] for one in self._all("Secret") if one["metadata"]["name"] == name
        )
        return found

    def _group_of(self, claim: str) -> int:
        """fsGroup of the pods that share a claim; the kubelet gives it to them when the first of those starts."""
        pods = [one["spec"]["template"]["spec"] for one in self._all("Deployment")]
        claimed = {"claimName": claim}
        sharing = [
            pod for pod in pods if any(one.get("persistentVolumeClaim") == claimed for one in pod.get("volumes", ()))
        ]
        return max(int(pod.get("securityContext", {}).get("fsGroup", 0)) for pod in sharing)

    def planned(self, component: str, network: str) -> Planned:
        """The container of a component. It is found by the name of the Service whose pods are its own."""
        workload = next(
            document
            for kind in ("Deployment", "StatefulSet")
            for document in self._all(kind)
            if document["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"] == component
        )
        name, pod = workload["metadata"]["name"], workload["spec"]["template"]["spec"]
        checked(pod, _POD | _POD_SAYS_NOTHING, name)
        volumes = self._volumes(name, pod, workload["spec"].get("volumeClaimTemplates", ()))
        common = ("--network", network, "--network-alias", name, *_pod_options(pod))
        before = [self._container(name, fields, common, volumes) for fields in pod.get("initContainers", ())]
        (fields,) = pod["containers"]
        return replace(
            self._container(name, fields, common, volumes),
            before=tuple(before),
            probes=tuple(_probe(name, fields, fields[kind]) for kind in _PROBES if kind in fields),
            stop_s=pod["terminationGracePeriodSeconds"],
        )

    def _container(
        self, pod_name: str, fields: Fields, common: tuple[str, ...], volumes: Mapping[str, Volume]
    ) -> Planned:
        checked(fields, _CONTAINER | _CONTAINER_SAYS_NOTHING, pod_name)
        options = [*common, *self._environment(pod_name, fields.get("env", ()))]
        options += _security_options(fields.get("securityContext", {}))
        limits = fields["resources"].get("limits", {})
        options += [word for key in ("cpu", "memory") if key in limits for word in _limit(key, limits[key])]
        for mount in fields["volumeMounts"]:
            checked(mount, {"name", "mountPath", "readOnly"}, pod_name)
            access = ":ro" if mount.get("readOnly") else ""
            options += ["--volume", f"{volumes[mount['name']].source}:{mount['mountPath']}{access}"]
        if "command" in fields:
            options += ["--entrypoint", json.dumps(fields["command"])]
        used = tuple(volumes[mount["name"]] for mount in fields["volumeMounts"])
        return Planned(pod_name, fields["image"], tuple(options), tuple(fields.get("args", ())), used)

    def _environment(self, pod_name: str, entries: list[Fields]) -> Iterator[str]:
        for entry in entries:
            source = entry.get("valueFrom", {})
            if "fieldRef" in source:
                value = {"metadata.name": pod_name}[source["fieldRef"]["fieldPath"]]
            elif "secretKeyRef" in source:
                value = self._secret(source["secretKeyRef"]["name"])[source["secretKeyRef"]["key"]]
            else:
                value = entry["value"]
            yield from ("--env", f"{entry['name']}={value}")

    def _volumes(self, owner: str, pod: Fields, claims: list[Fields]) -> dict[str, Volume]:
        """As the kubelet makes them: Secrets and claims belong to fsGroup, an emptyDir is everybody's."""
        group = pod.get("securityContext", {}).get("fsGroup", 0)
        volumes = {one["metadata"]["name"]: Volume(f"{owner}-data", group, 0o2775) for one in claims}
        for volume in pod.get("volumes", ()):
            name = volume["name"]
            match volume:
                case {"emptyDir": _}:
                    volumes[name] = Volume(f"{owner}-{name}", group, 0o777)
                case {"secret": secret}:
                    held = self._secret(secret["secretName"])
                    files = {item["path"]: held[item["key"]] for item in secret["items"]}
                    volumes[name] = Volume(f"{owner}-{name}", group, secret["defaultMode"], files)
                case {"persistentVolumeClaim": {"claimName": claim}}:
                    volumes[name] = Volume(claim, self._group_of(claim), 0o2775)
                case _:
                    raise ValueError(f"{owner}: nobody translates the volume {name}")
        return volumes


def _probe(name: str, fields: Fields, probe: Fields) -> tuple[str, ...]:
    """Asked by the pod's own address, as the kubelet does."""
    ports = {port["name"]: port["containerPort"] for port in fields["ports"]}
    checked(probe, {"httpGet", "exec", "tcpSocket", "periodSeconds", "failureThreshold"}, f"a probe of {name}")
    match probe:
        case {"httpGet": {"path": path, "port": port}}:
            return ("/opt/judge/bin/python", "-c", _ASK, f"http://{name}:{ports[port]}{path}")
        case {"tcpSocket": {"port": port}}:
            return ("bash", "-c", f"exec 3<>/dev/tcp/{name}/{ports[port]}")
        case {"exec": {"command": command}}:
            return tuple(command)
    raise ValueError(f"nobody translates {probe}")


def _pod_options(pod: Fields) -> Iterator[str]:
    """``hostUsers: false`` is what a rootless container has anyway."""
    if pod.get("runtimeClassName"):  # its handler has cgroup_writable = true
        yield from ("--cgroupns", "private", "--security-opt", "unmask=/sys/fs/cgroup")
    context = pod.get("securityContext", {})
    known = {"runAsNonRoot", "runAsUser", "runAsGroup", "fsGroup", "fsGroupChangePolicy", "seccompProfile"}
    checked(context, known, "a pod's securityContext")
    if "runAsUser" in context:
        yield from ("--user", f"{context['runAsUser']}:{context['runAsGroup']}")
    if context.get("seccompProfile", {"type": "RuntimeDefault"}) != {"type": "RuntimeDefault"}:
        raise ValueError(f"nobody translates {context['seccompProfile']}")


def _security_options(context: Fields) -> Iterator[str]:
    unconfined = {"type": "Unconfined"}
    known = {"procMount", "seccompProfile", "appArmorProfile", "capabilities", "allowPrivilegeEscalation"}
    checked(context, known | {"readOnlyRootFilesystem"}, "a container's securityContext")
    if context.get("procMount") == "Unmasked":
        yield from ("--security-opt", "unmask=ALL")
    if context.get("seccompProfile") == unconfined:
        yield from ("--security-opt", "seccomp=unconfined")
    if context.get("appArmorProfile") == unconfined:
        yield from ("--security-opt", "apparmor=unconfined")
    if context.get("allowPrivilegeEscalation") is False:
        yield from ("--security-opt", "no-new-privileges")
    if context.get("readOnlyRootFilesystem"):
        yield from ("--read-only", "--read-only-tmpfs=false")
    for capability in context.get("capabilities", {}).get("drop", ()):
        yield from ("--cap-drop", capability)
    for capability in context.get("capabilities", {}).get("add", ()):
        yield from ("--cap-add", capability)


def _limit(kind: str, value: object) -> tuple[str, str]:
    """Of Kubernetes' quantities those that the chart has."""
    text = str(value)
    if kind == "cpu":
        return ("--cpus", str(int(text[:-1]) / 1000) if text.endswith("m") else text)
    return ("--memory", text.removesuffix("i").lower())
