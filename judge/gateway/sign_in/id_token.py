"""An id_token is believed or not (OpenID Connect Core 1.0, section 3.1.3.7). Pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import jwt

from judge.gateway.problems import ProblemError

#: Signatures with the provider's own key. None is "none", and none is made with a secret that we share.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")

#: Clocks may differ by this much.
_LEEWAY_S = 60

_SUBJECT_MAX = 255


class UnknownKeyError(Exception):
    """None of the keys has the name that the token says: the provider may have new ones."""


def checked_claims(
    token: str, keys: Sequence[Mapping[str, Any]], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """What the token says of a person. ``keys``: the provider's, as JWKs.

    Raises UnknownKeyError, and ProblemError ("sign-in-failed") for a token that is not to be believed.
    """
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise _failed("it is signed in a way that is not taken")
        key = jwt.PyJWK(dict(_key_of(header, keys)), algorithm)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            leeway=_LEEWAY_S,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.ExpiredSignatureError:
        raise _failed("its time is over") from None
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise _failed(str(error)[:200]) from error
    _check(claims, client_id, nonce)
    return claims


def _key_of(header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    name = header.get("kid")
    signing = [key for key in keys if key.get("use", "sig") == "sig"]
    found = [key for key in signing if name is None or key.get("kid") == name]
    if len(found) != 1:
        raise UnknownKeyError
    if found[0].get("alg", header["alg"]) != header["alg"]:
        raise _failed("its key is for other signatures")
    return found[0]


def _check(claims: Mapping[str, Any], client_id: str, nonce: str) -> None:
    audience, party = claims["aud"], claims.get("azp")
    if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in (None, client_id):
        raise _failed("it is for another client")
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise _failed("it is of another attempt")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= _SUBJECT_MAX:
        raise _failed("it names nobody")


def _failed(detail: str) -> ProblemError:
    return ProblemError("sign-in-failed", f"the provider's token: {detail}")
