"""What the settings ask of the queue: where its Redis is, and its policy."""

from __future__ import annotations

from pathlib import Path

from judge import wire
from judge.config import BlobSettings, Settings, StateSettings
from judge.errors import UsageError
from judge.queue.broker import Broker, parse
from judge.queue.values import KEPT_KINDS, BlobPolicy, Policy, StatePolicy
from judge.state_dir import StateDir


def embedded_url(state: StateDir) -> str:
    """Where the embedded Redis of ``judge up`` listens."""
    return f"unix://{state.redis_socket}"


def broker_of(settings: Settings) -> Broker:
    """The broker that the settings name, else the embedded one. Raises UsageError when a file cannot be read."""
    password = ""
    if settings.broker.password_file:
        try:
            password = Path(settings.broker.password_file).read_text().strip()
        except OSError as error:
            raise UsageError(f"broker_password_file {settings.broker.password_file}: {error.strerror}") from error
    broker = Broker(
        url=settings.broker.address or embedded_url(settings.state),
        namespace=settings.broker.namespace,
        username=settings.broker.username,
        password=password,
        ca_file=settings.broker.ca_file,
        cert_file=settings.broker.cert_file,
        key_file=settings.broker.key_file,
    )
    parse(broker.url)
    return broker


def policy_of(wanted: Settings) -> Policy:
    """The queue's policy that the settings ask for. Raises UsageError for weights that are none."""
    settings = wanted.queue
    unknown = set(settings.class_weights) - set(wire.PRIORITY_CLASSES)
    if unknown or not settings.class_weights or min(settings.class_weights.values()) < 1:
        raise UsageError(
            f"class_weights: a whole number from 1 for some of {', '.join(wire.PRIORITY_CLASSES)}, "
            f"not {settings.class_weights}"
        )
    unkept = set(settings.keep_kind_s) - set(KEPT_KINDS)
    if unkept:
        raise UsageError(f"keep_kind_s: {min(unkept)!r} is not one of {', '.join(KEPT_KINDS)}")
    return Policy(
        weights=settings.class_weights,
        queue_max=settings.max,
        tenant_per_minute=settings.tenant_per_minute,
        tenant_running_max=settings.tenant_running_max,
        anonymous_per_minute=settings.anonymous_per_minute,
        anonymous_running_max=settings.anonymous_running_max,
        tenant_sessions_max=settings.tenant_sessions_max,
        tenant_streams_max=settings.tenant_streams_max,
        tenant_sockets_max=settings.tenant_sockets_max,
        ageing_ms=settings.ageing_s * 1000,
        waiting_max_ms=settings.waiting_max_s * 1000,
        keep_ms=settings.keep_s * 1000,
        anonymous_keep_ms=settings.anonymous_keep_s * 1000,
        keep_kinds_ms={kind: keep_s * 1000 for kind, keep_s in settings.keep_kind_s.items()},
        keep_max=settings.keep_max,
        work_bytes_max=settings.work_bytes_max,
        tenant_webhooks_waiting=wanted.webhooks.waiting_max,
    )


def blob_policy_of(settings: BlobSettings) -> BlobPolicy:
    """What the settings allow blobs to be."""
    return BlobPolicy(
        blob_bytes_max=settings.bytes_max,
        tenant_blob_bytes=settings.tenant_bytes,
        tenant_blobs=settings.tenant_count,
        blob_life_max_ms=settings.lifetime_s_max * 1000,
        blob_life_ms=settings.lifetime_s * 1000,
        blob_upload_ms=settings.upload_s_max * 1000,
        blob_redis_bytes=settings.redis_bytes_max,
    )


def state_policy_of(settings: StateSettings) -> StatePolicy:
    """What the settings allow carried states to be."""
    return StatePolicy(
        state_bytes_max=settings.bytes_max,
        tenant_states=settings.tenant_count,
        tenant_state_bytes=settings.tenant_bytes,
        state_versions=settings.versions,
        state_life_ms=settings.life_s * 1000,
    )
