"""The settings of webhooks."""

from __future__ import annotations

from typing import Annotated

from judge.config.section import Section, says


class WebhookSettings(Section, frozen=True, kw_only=True):
    """Webhooks: what gateways send by themselves"""

    http: Annotated[
        bool, says("Receivers may have addresses with `http:`, which all on the way can read.", variable="WEBHOOK_HTTP")
    ] = False
    networks: Annotated[
        tuple[str, ...],
        says(
            "Networks (`10.1.0.0/16`) beside the public internet where receivers may be. Who may make webhooks can "
            "make gateways ask there.",
            variable="WEBHOOK_NETWORKS",
        ),
    ] = ()
    networks_refused: Annotated[
        tuple[str, ...],
        says("Networks of the public internet where none may be: your own.", variable="WEBHOOK_NETWORKS_REFUSED"),
    ] = ()
    timeout_s: Annotated[int, says("How long one attempt may take.", variable="WEBHOOK_TIMEOUT_S", ge=1, le=120)] = 15
    retry_s: Annotated[
        int,
        says(
            "For how long it is tried again: ten times, at growing intervals. After that it is a dead letter.",
            variable="WEBHOOK_RETRY_S",
            ge=1,
            le=30 * 86400,
        ),
    ] = 86400
    body_bytes_max: Annotated[
        int,
        says("Size of what is sent; a larger report is left out.", variable="WEBHOOK_BODY_BYTES_MAX", ge=4096),
    ] = 256 << 10
    tenant_max: Annotated[int, says("Webhooks of one tenant.", variable="WEBHOOK_TENANT_MAX", ge=1, le=1000)] = 20
    waiting_max: Annotated[
        int,
        says(
            "What the webhooks of one tenant are still to be told (0 = no limit); more becomes dead letters. "
            "`judge tenant` sets one tenant's own.",
            variable="WEBHOOK_WAITING_MAX",
            ge=0,
        ),
    ] = 10_000
    at_once: Annotated[
        int,
        says(
            "Attempts at once of one gateway; of one tenant, by all of them, a quarter.",
            variable="WEBHOOK_AT_ONCE",
            ge=4,
            le=1000,
        ),
    ] = 64
