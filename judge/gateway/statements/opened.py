"""A file of a public part, open: it goes out a piece at a time, however large it is and however slowly it is read."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncGenerator
from pathlib import Path

#: What of it is in memory for one who reads it.
_PIECE_BYTES = 128 << 10


class OpenedFile:
    """``size_bytes`` is what :meth:`pieces` gives together. It stays open though its archive is removed."""

    def __init__(self, archive: Path, name: str) -> None:
        """Raises FileNotFoundError: the archive is gone; KeyError: it has no such file."""
        self._archive = zipfile.ZipFile(archive)
        try:
            self.size_bytes = self._archive.getinfo(name).file_size
            self._file = self._archive.open(name)
        except BaseException:
            self._archive.close()
            raise

    def close(self) -> None:
        """Idempotent."""
        self._file.close()
        self._archive.close()

    def read(self, most: int = -1) -> bytes:
        """The next ``most`` bytes, fewer only at its end; -1 = all that is left."""
        return self._file.read(most)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """All of it; at its end, or when nobody takes more, it is closed."""
        try:
            while piece := await asyncio.to_thread(self.read, _PIECE_BYTES):
                yield piece
        finally:
            self.close()
