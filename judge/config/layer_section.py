"""Settings of the layers that languages lie in."""

from __future__ import annotations

from typing import Annotated

from judge.config.section import Section, says


class LayerSettings(Section, frozen=True, kw_only=True):
    """Layers"""

    debian_mirrors: Annotated[tuple[str, ...], says("Mirrors, each `URI` or `URI SUITE` (none = Debian's own).")] = ()
    debian_keyring: Annotated[
        str, says("A file with the key that signs them (empty = one that this machine's apt trusts).")
    ] = ""
    prepared_bytes_max: Annotated[
        int, says("What a worker prepares for languages takes at most this much of the disk.", ge=0)
    ] = 4 << 30
