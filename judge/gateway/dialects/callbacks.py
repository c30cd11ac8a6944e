"""The callbacks that dialects' work comes with: who makes what they say."""

from __future__ import annotations

from collections.abc import Mapping

from judge.gateway.dialects.judge0.callbacks import rules_of
from judge.gateway.service import Service
from judge.gateway.webhooks.deliverer import CallbackRules


def callback_rules(service: Service) -> Mapping[str, CallbackRules]:
    """By the names of the dialects that have any."""
    return {"judge0": rules_of(service)}
