"""Bodies of methods without a branch, written instruction by instruction.

Source: The Java Virtual Machine Specification, chapter 6 (instructions), section 4.7.3 (Code).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from judge.course.java.class_format import FIELD_REF, NAME_AND_TYPE, Attribute, ClassFormatFault, Pool

#: Types that are no objects: the class that holds one, and how it is called there.
_WRAPPERS = {
    "Z": ("java/lang/Boolean", "booleanValue"),
    "B": ("java/lang/Byte", "byteValue"),
    "C": ("java/lang/Character", "charValue"),
    "S": ("java/lang/Short", "shortValue"),
    "I": ("java/lang/Integer", "intValue"),
    "J": ("java/lang/Long", "longValue"),
    "F": ("java/lang/Float", "floatValue"),
    "D": ("java/lang/Double", "doubleValue"),
}
_WIDE = "JD"
_LOADS = {"J": 0x16, "F": 0x17, "D": 0x18, "L": 0x19, "[": 0x19}  # iload for all others
_RETURNS = {"J": 0xAD, "F": 0xAE, "D": 0xAF, "L": 0xB0, "[": 0xB0, "V": 0xB1}  # ireturn for all others
_NULL, _LDC_W, _SIPUSH, _NEW_ARRAY, _AASTORE, _DUP, _POP, _NEW, _CHECKCAST = (
    0x01,
    0x13,
    0x11,
    0xBD,
    0x53,
    0x59,
    0x57,
    0xBB,
    0xC0,
)
_GET_FIELD, _PUT_FIELD, _PUT_STATIC = 0xB4, 0xB5, 0xB3
_INVOKE_VIRTUAL, _INVOKE_SPECIAL, _INVOKE_STATIC = 0xB6, 0xB7, 0xB8
#: More than any body here needs; what is written there is no loop that could grow.
_STACK = 12
#: As many as the parameters of any method can fill.
_LOCALS = 256


class Code:
    """One body; each method adds to its end."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._bytes = bytearray()

    def _one(self, operation: int, number: int) -> None:
        self._bytes += struct.pack(">BH", operation, number)

    def null(self) -> None:
        """Nothing."""
        self._bytes.append(_NULL)

    def duplicate(self) -> None:
        """What lies on top, once more."""
        self._bytes.append(_DUP)

    def string(self, text: str) -> None:
        """A constant text."""
        self._one(_LDC_W, self._pool.string(text))

    def integer(self, number: int) -> None:
        """A small number."""
        if not 0 <= number < 1 << 15:
            raise ClassFormatFault(f"{number} is too many")
        self._bytes += struct.pack(">Bh", _SIPUSH, number)

    def load(self, kind: str, slot: int) -> None:
        """A parameter; ``kind``: its descriptor, or the first letter of it."""
        if slot >= _LOCALS:
            raise ClassFormatFault("more parameters than a method has")
        self._bytes += bytes((_LOADS.get(kind[0], 0x15), slot))

    def new(self, name: str) -> None:
        """An object that no constructor was called of yet."""
        self._one(_NEW, self._pool.class_(name))

    def array_of(self, types: Sequence[str], slot: int) -> None:
        """An array of the parameters from ``slot`` on, all of them as objects."""
        self.integer(len(types))
        self._one(_NEW_ARRAY, self._pool.class_("java/lang/Object"))
        for number, kind in enumerate(types):
            self.duplicate()
            self.integer(number)
            self.load(kind, slot)
            slot += 2 if kind in _WIDE else 1
            if kind in _WRAPPERS:
                wrapper, _ = _WRAPPERS[kind]
                self.invoke_static(wrapper, "valueOf", f"({kind})L{wrapper};")
            self._bytes.append(_AASTORE)

    def invoke_static(self, owner: str, name: str, descriptor: str) -> None:
        """A static method of a class."""
        self._one(_INVOKE_STATIC, self._pool.method(owner, name, descriptor))

    def invoke_special(self, owner: str, name: str, descriptor: str) -> None:
        """A constructor."""
        self._one(_INVOKE_SPECIAL, self._pool.method(owner, name, descriptor))

    def _field(self, operation: int, owner: str, name: str, descriptor: str) -> None:
        pool = self._pool
        named = pool.add(NAME_AND_TYPE, struct.pack(">HH", pool.text(name), pool.text(descriptor)))
        self._one(operation, pool.add(FIELD_REF, struct.pack(">HH", pool.class_(owner), named)))

    def get_field(self, owner: str, name: str, descriptor: str) -> None:
        """Of the object on top."""
        self._field(_GET_FIELD, owner, name, descriptor)

    def put_field(self, owner: str, name: str, descriptor: str) -> None:
        """Of the object below the value on top."""
        self._field(_PUT_FIELD, owner, name, descriptor)

    def put_static(self, owner: str, name: str, descriptor: str) -> None:
        """Of a class."""
        self._field(_PUT_STATIC, owner, name, descriptor)

    def give_back(self, kind: str) -> None:
        """Return the object on top as what ``kind`` says; nothing for ``V``, where nothing is on top either unless a
        call has left it there."""
        if kind in _WRAPPERS:
            wrapper, method = _WRAPPERS[kind]
            self._one(_CHECKCAST, self._pool.class_(wrapper))
            self._one(_INVOKE_VIRTUAL, self._pool.method(wrapper, method, f"(){kind}"))
        elif kind != "V":
            self._one(_CHECKCAST, self._pool.class_(kind[1:-1] if kind[0] == "L" else kind))
        self.give_back_plain(kind)

    def give_back_plain(self, kind: str) -> None:
        """Return what is on top as it is."""
        self._bytes.append(_RETURNS.get(kind[0], 0xAC))

    def attribute(self) -> Attribute:
        """The body as an attribute of its method."""
        head = struct.pack(">HHI", _STACK, _LOCALS, len(self._bytes))
        return Attribute("Code", head + bytes(self._bytes) + struct.pack(">HH", 0, 0))
