"""Containers as deploy/compose and deploy/helm describe them, as command lines of podman.

Every field is either translated or listed as one that says nothing about the container itself; an unknown one is an
error, so that no setting is left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Volume:
    """A named volume. ``mode`` and ``group``: of its top; ``files``: what it holds at first."""

    name: str
    group: int = 0
    mode: int = 0
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """One container. ``options`` and ``command`` are podman's; ``volumes`` must be there before."""

    name: str
    image: str
    options: tuple[str, ...]
    command: tuple[str, ...]
    volumes: tuple[Volume, ...] = ()


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
_SERVICE_SAYS_NOTHING = {"build", "depends_on", "restart", "healthcheck", "stop_grace_period", "networks"}
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
}


def compose_container(name: str, service: Fields, network: str) -> Planned:
    """A service of compose.yaml."""
    checked(service, _SERVICE | _SERVICE_SAYS_NOTHING | {"cap_drop"}, f"service {name}")
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
    volumes = [Volume(f"compose-{said.partition(':')[0]}") for said in service.get("volumes", ())]
    for volume, said in zip(volumes, service.get("volumes", ()), strict=True):
        options += ["--volume", f"{volume.name}:{said.partition(':')[2]}"]
    return Planned(f"compose-{name}", service["image"], tuple(options), tuple(service["command"]), tuple(volumes))


_POD_SAYS_NOTHING = {
    "automountServiceAccountToken", "enableServiceLinks", "terminationGracePeriodSeconds", "topologySpreadConstraints",
}  # fmt: skip
_POD = {"runtimeClassName", "hostUsers", "securityContext", "containers", "volumes"}
_CONTAINER_SAYS_NOTHING = {"name", "imagePullPolicy", "ports", "startupProbe", "readinessProbe", "livenessProbe"}
_CONTAINER = {"image", "args", "env", "securityContext", "resources", "volumeMounts"}


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
        (container,) = pod["containers"]
        checked(container, _CONTAINER | _CONTAINER_SAYS_NOTHING, name)
        claims = workload["spec"].get("volumeClaimTemplates", ())
        volumes = self._volumes(name, pod, claims)
        options = ["--network", network, "--network-alias", name, *_pod_options(pod)]
        options += self._environment(name, container.get("env", ()))
        options += _security_options(container.get("securityContext", {}))
        limits = container["resources"].get("limits", {})
        options += [word for key in ("cpu", "memory") if key in limits for word in _limit(key, limits[key])]
        for mount in container["volumeMounts"]:
            checked(mount, {"name", "mountPath", "readOnly"}, name)
            access = ":ro" if mount.get("readOnly") else ""
            options += ["--volume", f"{volumes[mount['name']].name}:{mount['mountPath']}{access}"]
        return Planned(name, container["image"], tuple(options), tuple(container["args"]), tuple(volumes.values()))

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
                    volumes[name] = Volume(claim)
                case _:
                    raise ValueError(f"{owner}: nobody translates the volume {name}")
        return volumes


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
