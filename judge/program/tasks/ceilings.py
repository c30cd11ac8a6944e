"""What the operator lets any judge program have, a package's or one that was sent along."""

from __future__ import annotations

import msgspec

from judge.errors import WorkError
from judge.model.program import ProgramQuotas

_USUAL = ProgramQuotas()


def bounded(asked: ProgramQuotas, most: ProgramQuotas) -> ProgramQuotas:
    """The quotas within what may be had; a usual one that is beyond is lowered. Raises WorkError naming the first that
    asks for more."""
    found = {}
    for name in ProgramQuotas.__struct_fields__:
        wanted, ceiling = getattr(asked, name), getattr(most, name)
        if wanted > ceiling and wanted != getattr(_USUAL, name):
            raise WorkError(f"{wanted}; at most {ceiling} is given", f"quotas.{name}")
        found[name] = min(wanted, ceiling)
    return ProgramQuotas(**found)


def lowered(asked: ProgramQuotas, most: ProgramQuotas) -> ProgramQuotas:
    """The quotas, each lowered to what may be had."""
    names = ProgramQuotas.__struct_fields__
    return msgspec.structs.replace(asked, **{name: min(getattr(asked, name), getattr(most, name)) for name in names})
