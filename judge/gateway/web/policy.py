"""What a browser may do with a page: its content security policy and the headers beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_OWN = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@dataclass(frozen=True)
class Policy:
    """The headers of a kind of pages."""

    content: Mapping[str, str]
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> Mapping[str, str]:
        """For each answer."""
        content = "; ".join(f"{name} {value}" for name, value in self.content.items())
        return {"content-security-policy": content, "cache-control": "no-store", **self.more}


#: Of every page but those below. A form is sent with its Origin only where the page may say where it stands.
STRICT = Policy(
    _OWN,
    {
        "referrer-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "x-frame-options": "DENY",
    },
)


def embedded(ancestors: str) -> Policy:
    """Of a page that these origins (as ``frame-ancestors`` writes them) may frame."""
    return Policy({**_OWN, "frame-ancestors": ancestors}, {"permissions-policy": "camera=(), microphone=()"})


#: Of a file that somebody gave us and a browser is to show by itself: nothing of it runs, and it has no origin.
FOREIGN_FILE = Policy(
    {"default-src": "'none'", "style-src": "'unsafe-inline'", "sandbox": "", "frame-ancestors": "'none'"},
    {"cross-origin-resource-policy": "same-origin"},
)
