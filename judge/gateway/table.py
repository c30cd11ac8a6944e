"""The one route table: dispatch, the OpenAPI document and the reference come from it. Frequent rows stand first."""

from __future__ import annotations

from judge.gateway.admin import audit, keys, maintenance, usage
from judge.gateway.api import (
    any_work,
    batches,
    blobs,
    description,
    evaluations,
    events,
    groups,
    health,
    javascript,
    languages,
    packages,
    rejudges,
    runs,
    service_state,
    sessions,
    submissions,
    verifications,
    webhooks,
)
from judge.gateway.endpoint import Endpoint
from judge.gateway.sign_in import endpoints as sign_in

ENDPOINTS: tuple[Endpoint, ...] = (
    *runs.ENDPOINTS,
    *evaluations.ENDPOINTS,
    *submissions.ENDPOINTS,
    *groups.ENDPOINTS,
    *batches.ENDPOINTS,
    *sessions.ENDPOINTS,
    *events.ENDPOINTS,
    *any_work.ENDPOINTS,
    *languages.ENDPOINTS,
    *packages.ENDPOINTS,
    *verifications.ENDPOINTS,
    *rejudges.ENDPOINTS,
    *blobs.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *service_state.ENDPOINTS,
    *keys.ENDPOINTS,
    *audit.ENDPOINTS,
    *maintenance.ENDPOINTS,
    *usage.ENDPOINTS,
    *health.ENDPOINTS,
    *sign_in.ENDPOINTS,
    *javascript.ENDPOINTS,
    *description.ENDPOINTS,
)
