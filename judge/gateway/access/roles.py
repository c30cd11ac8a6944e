"""In which role a caller sees a piece of work."""

from __future__ import annotations

from judge.gateway.access.caller import Caller
from judge.gateway.endpoint import Asked
from judge.model.work import WorkKind
from judge.queue.api_keys import Scope
from judge.render.view import Role


async def role_in(asked: Asked, kind: WorkKind, package: str) -> Role:
    """The role of who asks for work of this kind, of a submission to this package."""
    owns_package = False
    if package and asked.caller.may(Scope.PACKAGES):
        owns_package = (await asked.service.packages.rights(asked.caller.tenant, package)).owned
    return role_for(asked.caller, kind, owns_package=owns_package)


def role_for(caller: Caller, kind: WorkKind, *, owns_package: bool = False) -> Role:
    """Work that brought its tests along is its sender's; of a submission only who owns the package sees hidden tests.

    ``owns_package``: the caller's tenant published the package of that submission. A key that may only read is no
    sender: of an evaluation it sees what a contestant sees. A verification is of a package of its own tenant.
    """
    if caller.is_admin:
        return Role.JUDGE
    if kind is WorkKind.SUBMISSION:
        return Role.JUDGE if owns_package and caller.may(Scope.PACKAGES) else Role.CONTESTANT
    if kind is WorkKind.VERIFICATION:
        return Role.JUDGE if caller.may(Scope.PACKAGES) else Role.CONTESTANT
    if kind is WorkKind.EVALUATION and not caller.may(Scope.RUN):
        return Role.CONTESTANT
    return Role.SENDER
