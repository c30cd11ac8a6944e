"""The settings of signing in."""

from __future__ import annotations

from typing import Annotated, Literal

from judge.config.section import Section, says

_Scope = Literal["run", "submit", "read", "packages", "admin"]


class SignInSettings(Section, frozen=True, kw_only=True):
    """People who sign in at a gateway by OpenID Connect"""

    issuer: Annotated[
        str, says("The provider's address, as its tokens say it (empty = nobody signs in).", variable="OIDC_ISSUER")
    ] = ""
    client_id: Annotated[str, says("What the provider calls the gateway.", variable="OIDC_CLIENT_ID")] = ""
    client_secret_file: Annotated[
        str,
        says("A file with the secret that it gave the gateway (empty = none).", variable="OIDC_CLIENT_SECRET_FILE"),
    ] = ""
    public_url: Annotated[
        str,
        says(
            "Where browsers find the gateway, such as `https://judge.example.org`; the provider sends them back to "
            "`/callback` there.",
            variable="OIDC_PUBLIC_URL",
        ),
    ] = ""
    asks_for: Annotated[
        str, says("The scopes of OpenID Connect that are asked for, by blanks.", variable="OIDC_ASKS_FOR")
    ] = "openid profile email"
    tenant_claim: Annotated[
        str,
        says(
            "The claim that names a person's tenant; of `email` only one that the provider has verified.",
            variable="OIDC_TENANT_CLAIM",
        ),
    ] = "sub"
    tenant_prefix: Annotated[
        str,
        says("What these tenants begin with, so that none is that of a key by chance.", variable="OIDC_TENANT_PREFIX"),
    ] = "person."
    scopes: Annotated[tuple[_Scope, ...], says("What everybody who signs in may do.", variable="OIDC_SCOPES")] = (
        "run",
        "submit",
        "read",
    )
    roles_claim: Annotated[
        str, says("The claim that has a person's roles: a word or a list.", variable="OIDC_ROLES_CLAIM")
    ] = "roles"
    role_scopes: Annotated[
        dict[str, tuple[_Scope, ...]],
        says('What a role may do besides, such as `{teacher = ["packages"]}`.', variable="OIDC_ROLE_SCOPES"),
    ] = {}
    priority_class: Annotated[
        Literal["contest", "run", "practice", "bulk", "rejudge"],
        says("The most urgent class of their work.", variable="OIDC_CLASS"),
    ] = "run"
    session_s: Annotated[
        int, says("After this long they sign in again.", variable="OIDC_SESSION_S", ge=60, le=2_592_000)
    ] = 28_800
