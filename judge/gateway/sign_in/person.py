"""What a person may, by what the provider says of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.config import SignInSettings
from judge.gateway.access import anonymous
from judge.gateway.problems import ProblemError
from judge.queue.api_keys import KeyRights, Scope, is_tenant
from judge.text import printable

_NAME_LETTERS_MAX = 100


def rights_of_claims(claims: Mapping[str, Any], settings: SignInSettings, expires_at_ms: int) -> KeyRights:
    """Raises ProblemError ("not-admitted") for who has no tenant or may do nothing."""
    tenant = settings.tenant_prefix + _tenant(claims, settings.tenant_claim)
    if not is_tenant(tenant) or tenant.startswith(anonymous.PREFIX):
        raise ProblemError("not-admitted", f"the claim {settings.tenant_claim!r} can name no tenant here")
    granted = {*settings.scopes, *(one for role in _roles(claims, settings) for one in settings.role_scopes[role])}
    if not granted:
        raise ProblemError("not-admitted", "none of your roles may do anything here")
    return KeyRights(
        id="",
        tenant=tenant,
        priority_class=settings.priority_class,
        scopes=tuple(scope for scope in Scope if scope.value in granted),
        expires_at_ms=expires_at_ms,
        note=_name(claims),
    )


def _tenant(claims: Mapping[str, Any], name: str) -> str:
    said = claims.get(name)
    if not isinstance(said, str) or not said:
        raise ProblemError("not-admitted", f"the provider does not say the claim {name!r}")
    if name == "email" and claims.get("email_verified") is not True:
        raise ProblemError("not-admitted", "the provider has not verified your address")
    return said


def _roles(claims: Mapping[str, Any], settings: SignInSettings) -> list[str]:
    said = claims.get(settings.roles_claim)
    words = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return [word for word in words if isinstance(word, str) and word in settings.role_scopes]


def _name(claims: Mapping[str, Any]) -> str:
    """For people to read, and for the audit trail: the subject always stands in it, names may be anybody's choice."""
    said = next((claims[name] for name in ("preferred_username", "email") if isinstance(claims.get(name), str)), "")
    subject = str(claims["sub"])
    return printable(f"{said[:_NAME_LETTERS_MAX]} ({subject})" if said and said != subject else subject)
