"""The one route table: dispatch, the OpenAPI document and the reference come from it. Frequent rows stand first."""

from __future__ import annotations

from judge.gateway.admin import audit, keys, maintenance, series, steering, usage
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
    judgings,
    languages,
    package_contents,
    packages,
    programs,
    rejudges,
    runs,
    service_state,
    sessions,
    states,
    submissions,
    verifications,
    webhooks,
)
from judge.gateway.endpoint import Endpoint
from judge.gateway.sharing import embedded_runs, shares
from judge.gateway.sign_in import endpoints as sign_in

ENDPOINTS: tuple[Endpoint, ...] = (
    *runs.ENDPOINTS,
    *evaluations.ENDPOINTS,
    *submissions.ENDPOINTS,
    *groups.ENDPOINTS,
    *programs.ENDPOINTS,
    *states.ENDPOINTS,
    *batches.ENDPOINTS,
    *sessions.ENDPOINTS,
    *events.ENDPOINTS,
    *any_work.ENDPOINTS,
    *judgings.ENDPOINTS,
    *languages.ENDPOINTS,
    *packages.ENDPOINTS,
    *package_contents.ENDPOINTS,
    *verifications.ENDPOINTS,
    *rejudges.ENDPOINTS,
    *blobs.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *shares.ENDPOINTS,
    *embedded_runs.ENDPOINTS,
    *service_state.ENDPOINTS,
    *keys.ENDPOINTS,
    *audit.ENDPOINTS,
    *maintenance.ENDPOINTS,
    *usage.ENDPOINTS,
    *series.ENDPOINTS,
    *steering.ENDPOINTS,
    *health.ENDPOINTS,
    *sign_in.ENDPOINTS,
    *javascript.ENDPOINTS,
    *description.ENDPOINTS,
)
