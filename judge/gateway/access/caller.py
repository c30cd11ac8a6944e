"""Who asks: the tenant, what it may, and with which key."""

from __future__ import annotations

import hashlib

import msgspec

from judge import wire
from judge.gateway.problems import ProblemError
from judge.http_form.ids import public_id, record_id
from judge.queue.api_keys import PERSON, KeyRights, Scope

#: What who needs no key may do on this machine.
OPEN_SCOPES = (Scope.RUN, Scope.SUBMIT, Scope.READ, Scope.PACKAGES, Scope.WEBHOOKS)

#: What anybody may, where the settings let everybody in: at endpoints that say so.
ANONYMOUS_SCOPES = (Scope.RUN, Scope.READ)


class Caller(msgspec.Struct, frozen=True):
    """``key`` is a key's public part; empty = no key was needed. ``address`` is the client's, as far as it is known.

    ``anonymous``: one of everybody, who has small limits. ``by_cookie``: it is signed in, in a browser.
    """

    rights: KeyRights
    address: str = ""
    anonymous: bool = False
    by_cookie: bool = False

    @property
    def tenant(self) -> str:
        """Whose work it sees and makes."""
        return self.rights.tenant

    @property
    def is_admin(self) -> bool:
        """Whether it sees everybody's."""
        return Scope.ADMIN in self.rights.scopes

    @property
    def person(self) -> str:
        """Who is signed in, for people to read; empty = it is no person."""
        return self.rights.note if self.rights.id.startswith(PERSON) else ""

    @property
    def student(self) -> str:
        """Whose coursework alone it sees; empty = that of all the tenant's students."""
        marks = self.may(Scope.MARKER) or self.may(Scope.PACKAGES)
        return "" if marks else self.rights.student or self.person

    @property
    def owner(self) -> str:
        """Whose drafts a browser keeps: the same at each sign-in, and no name; empty = nobody's in particular."""
        name = self.person or self.rights.id
        return hashlib.sha256(f"{self.tenant}\0{name}".encode()).hexdigest()[:16] if name else ""

    @property
    def actor(self) -> str:
        """Who it is in the audit trail."""
        if self.person:
            return f"person:{self.person}"
        return f"key:{self.rights.id}" if self.rights.id else f"address:{self.address}"

    def may(self, scope: Scope) -> bool:
        """Whether it has this scope."""
        return self.is_admin or scope in self.rights.scopes

    def need(self, scope: Scope) -> None:
        """Raises ProblemError when it may not."""
        if not self.may(scope):
            raise ProblemError("no-scope", f"this needs the scope {scope}")

    def sees(self, tenant: str) -> bool:
        """Whether the work of this tenant is there for it."""
        return self.is_admin or tenant == self.tenant

    def record_id(self, name: str) -> str:
        """The record of what this caller calls so."""
        return record_id(self.tenant, name)

    def public_id(self, record: str) -> str:
        """What this caller calls a record."""
        return public_id(self.tenant, record)

    def priority_class(self, wanted: str, usual: str) -> str:
        """The class of its work. Raises ProblemError when it may not have the one it wants."""
        order = wire.PRIORITY_CLASSES
        most = order.index(self.rights.priority_class)
        if not wanted:
            return order[max(most, order.index(usual))]
        if wanted in order and order.index(wanted) < most:
            raise ProblemError("class-too-urgent", f"the most urgent class of this key is {order[most]}")
        return wanted
