"""The one route table: dispatch, the OpenAPI document and the reference come from it. Frequent rows stand first."""

from __future__ import annotations

from judge.gateway.api import (
    batches,
    blobs,
    description,
    evaluations,
    events,
    groups,
    health,
    languages,
    runs,
    service_state,
    submissions,
)
from judge.gateway.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *runs.ENDPOINTS,
    *evaluations.ENDPOINTS,
    *submissions.ENDPOINTS,
    *groups.ENDPOINTS,
    *batches.ENDPOINTS,
    *events.ENDPOINTS,
    *languages.ENDPOINTS,
    *blobs.ENDPOINTS,
    *service_state.ENDPOINTS,
    *health.ENDPOINTS,
    *description.ENDPOINTS,
)
