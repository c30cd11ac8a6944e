"""A statement's HTML made safe in a process of its own. What a parser makes of a small text can be very large (each
paragraph has all elements that were left open before it) and take very long: so memory and time have limits here.

``python -m judge.gateway.statements.cleaning`` reads a :class:`CleanRequest` from standard input and answers with HTML.
"""

from __future__ import annotations

import posixpath
import sys

import msgspec

from judge.blobs.limited_process import ANSWERED, TOO_MUCH, limit_this_process
from judge.errors import HostFault
from judge.gateway.package_process import answer_of
from judge.gateway.statements.conversion import HTML_BYTES_MAX
from judge.gateway.statements.sanitize import sanitized

_MEMORY_BYTES_MAX = 512 << 20
_CPU_S_MAX = 5
_WALL_S_MAX = 30.0


class CleanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``pictures``: their addresses by their paths in the package; the statement, which names them as seen from
    ``folder``, may leave endings out."""

    html: str
    folder: str
    pictures: dict[str, str]


async def cleaned(request: CleanRequest) -> str | None:
    """The HTML, safe to stand in a page; None = that is too much. Raises HostFault."""
    status, answer = await answer_of(__name__, msgspec.json.encode(request), _WALL_S_MAX)
    if status == ANSWERED:
        return answer.decode()
    if status == TOO_MUCH or status < 0:
        return None
    raise HostFault(f"a statement could not be made safe: the process ended with {status}")


def main() -> int:
    """Answer one request."""
    limit_this_process(_MEMORY_BYTES_MAX, _CPU_S_MAX)
    try:
        html = clean(msgspec.json.decode(sys.stdin.buffer.read(), type=CleanRequest)).encode()
    except MemoryError:
        return TOO_MUCH
    if len(html) > HTML_BYTES_MAX:
        return TOO_MUCH
    sys.stdout.buffer.write(html)
    return ANSWERED


def clean(request: CleanRequest) -> str:
    """The same without limits."""

    def picture(source: str) -> str | None:
        return request.pictures.get(posixpath.normpath(posixpath.join(request.folder, source)))

    return sanitized(request.html, picture)


if __name__ == "__main__":
    sys.exit(main())
