"""How much of one student's work is read: archives may hold anything."""

from __future__ import annotations

from judge.gradebook.handed_in import Remark, RemarkKind
from judge.model.units import MIB
from judge.text import shown
from judge.toolchain.sources import FILES_MAX, SOURCE_BYTES_MAX

#: Of one file; larger ones are data, videos or bombs.
FILE_BYTES_MAX = 16 * MIB
#: Entries that are looked at, whatever they are.
ENTRIES_MAX = 10_000
#: Archives in archives.
NESTED_MAX = 4
CHUNK_BYTES = 1 << 16
#: What may come out of one student's archives, with all that is left out: this much is read, and no more.
UNPACKED_BYTES_MAX = 256 * MIB
_REMARKS_MAX = 20


class Collected:
    """Files of one student by name, and what is said about them; bounded in every way. For one reader."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._remarks: list[Remark] = []
        self._bytes = 0  # of all files
        self._unpacked_bytes = 0
        self._entries = 0
        self._is_full = False

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken."""
        return self._is_full

    @property
    def room_bytes(self) -> int:
        """What the next file may have."""
        return min(FILE_BYTES_MAX, SOURCE_BYTES_MAX - self._bytes)

    @property
    def unread_bytes(self) -> int:
        """What may still come out of archives."""
        return max(0, UNPACKED_BYTES_MAX - self._unpacked_bytes)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What was said; each once, the first ones."""
        found = tuple(dict.fromkeys(self._remarks))
        if len(found) <= _REMARKS_MAX:
            return found
        more = f"and {len(found) - _REMARKS_MAX} more remarks like these"
        return (*found[:_REMARKS_MAX], Remark(kind=RemarkKind.LEFT_OUT, text=more))

    def say(self, kind: RemarkKind, name: str, text: str) -> None:
        """A remark on the file or folder of this name; empty = on all of it."""
        said = shown(name[:200])
        self._remarks.append(Remark(kind=kind, text=f"{said}: {text}" if name else text))

    def entry(self, name: str) -> bool:
        """One more was met; False = there are too many, and this was said."""
        self._entries += 1
        if self._entries > ENTRIES_MAX or len(self.files) >= FILES_MAX:
            self._end(name, f"too many files: those from here on were left out ({FILES_MAX} are read)")
        return not self._is_full

    def add(self, name: str, content: bytes) -> None:
        """Take a file in. The first of a name stays."""
        if name in self.files:
            self.say(RemarkKind.TWICE, name, "there are two files of this name; the first was taken")
            return
        self.files[name] = content
        self._bytes += len(content)

    def spend(self, name: str, amount_bytes: int) -> None:
        """This much came out of an archive."""
        self._unpacked_bytes += amount_bytes
        if self._unpacked_bytes > UNPACKED_BYTES_MAX:
            self._end(name, f"its archives unpack to more than {UNPACKED_BYTES_MAX // MIB} MiB: the rest was left out")

    def too_large(self, name: str) -> None:
        """A file did not fit into the room that is left."""
        if self.room_bytes < FILE_BYTES_MAX:
            self._end(name, f"all together more than {SOURCE_BYTES_MAX // MIB} MiB: this and the rest were left out")
        else:
            self.say(RemarkKind.LARGE, name, f"larger than {FILE_BYTES_MAX // MIB} MiB; it was left out")

    def _end(self, name: str, text: str) -> None:
        if not self._is_full:
            self.say(RemarkKind.LARGE, name, text)
        self._is_full = True
