"""Values of the call protocol, version 1, as both sides write and read them: docs, "The call protocol of unit tests".

What is read is hostile: it becomes a value of a type of the tables below, or :class:`BadValue` is raised. Nothing is
evaluated, and nothing is imported but modules of the table of value classes. Standard library only, and little of it:
each start of a driver imports this file.
"""

import builtins
import sys
from binascii import a2b_base64, b2a_base64

from judge_apart.standard import BadValue, Standard

FRAME_BYTES_MAX = 1 << 20
DEPTH_MAX = 64
VALUES_MAX = 100_000
ENTRIES_MAX = 10_000  # of one set or dict, for their keys may be made to collide
DIGITS_MAX = 4300
PLAIN_MAX = (1 << 53) - 1
# --- JSON: the module json takes as long to import as Python to start; its C parts do the same work ---------


class _Plain:
    """How json.loads() reads."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


def _default(value):
    raise BadValue(f"a value of the type {type(value).__name__} cannot be sent")


def _codec():
    """(To JSON, from JSON)."""
    try:
        from _json import encode_basestring_ascii, make_encoder, make_scanner

        encode = make_encoder(None, _default, encode_basestring_ascii, None, ":", ",", False, False, False)
        scan = make_scanner(_Plain)
        if "".join(encode({"a": [1.5, None]}, 0)) == '{"a":[1.5,null]}' and scan('{"a":[1]}', 0) == ({"a": [1]}, 9):
            return lambda value: "".join(encode(value, 0)), lambda text: scan(text, 0)
    except (ImportError, TypeError, AttributeError):
        pass  # another interpreter
    from json import JSONDecoder, JSONEncoder

    encoder = JSONEncoder(allow_nan=False, separators=(",", ":"), default=_default)
    return encoder.encode, JSONDecoder().raw_decode


_to_json, _from_json = _codec()


def line_of(frame):
    """A frame as it is written. Raises BadValue."""
    try:
        line = _to_json(frame).encode() + b"\n"
    except (RecursionError, ValueError, UnicodeError) as error:
        raise BadValue(f"it cannot be written: {error}") from None
    if len(line) > FRAME_BYTES_MAX:
        raise BadValue(f"it is too large: {len(line)} bytes; at most {FRAME_BYTES_MAX} are sent")
    return line


def frame_of(line):
    """The object that a line is. Raises BadValue, whatever the bytes are."""
    try:
        text = line.decode()
        frame, end = _from_json(text)
    except (StopIteration, ValueError, RecursionError, IndexError) as error:
        raise BadValue(f"no JSON: {type(error).__name__}") from None
    if type(frame) is not dict or text[end:].strip():
        raise BadValue("it is not one object")
    return frame


# --- tables -----------------------------------------------------------------------------------------------

_NEVER_RAISED = {"KeyboardInterrupt", "GeneratorExit", "BaseException", "BaseExceptionGroup"}

#: Classes of the language that go over by name.
TYPES = {
    name: value
    for name, value in vars(builtins).items()
    if type(value) is type and (not issubclass(value, BaseException) or name not in _NEVER_RAISED)
}
TYPES["NoneType"] = type(None)

#: Functions that the tests may hand over by name; S has its own.
_FUNCTIONS_OF = ("builtins", "math", "operator", "_operator")


def function_name(value):
    """What a function of the language is called, "" = it is none that is handed over by name."""
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if module not in _FUNCTIONS_OF or type(name) is not str or type(value).__module__ != "builtins":
        return ""
    module = module.lstrip("_")
    return name if module == "builtins" else f"{module}.{name}"


# --- writing ----------------------------------------------------------------------------------------------


class Encoder:
    """Writes values. ``other(value)`` gives the tagged value of what is not copied, or raises BadValue."""

    def __init__(self, other):
        self._other = other
        self._standard = Standard()
        self._count = 0
        self._open = set()  # identities of what is being written
        self._table = {
            int: self._int,
            float: self._float,
            list: self._each,
            tuple: lambda value, depth: {"$": "tuple", "v": self._each(value, depth)},
            set: lambda value, depth: {"$": "set", "v": self._each(value, depth)},
            frozenset: lambda value, depth: {"$": "frozenset", "v": self._each(value, depth)},
            dict: lambda value, depth: {"$": "dict", "v": self._pairs(value, depth)},
            bytes: lambda value, depth: {"$": "bytes", "v": b2a_base64(value, newline=False).decode()},
            bytearray: lambda value, depth: {"$": "bytearray", "v": b2a_base64(value, newline=False).decode()},
        }

    def encode(self, value):
        """Raises BadValue."""
        self._count = 0
        self._open.clear()
        return self._value(value, 0)

    def _value(self, value, depth):
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        self._count += 1
        if depth > DEPTH_MAX:
            raise BadValue(f"it is too deep: more than {DEPTH_MAX} values lie in each other")
        if self._count > VALUES_MAX:
            raise BadValue(f"it is too large: more than {VALUES_MAX} values")
        write = self._table.get(kind)
        if write is not None:
            return write(value, depth)
        standard = self._standard.of_value(kind)
        if standard is not None:
            return {"$": "std", "name": kind.__name__, "v": self._each(standard[1](value), depth)}
        if kind is type and TYPES.get(value.__name__) is value:
            return {"$": "builtin", "name": value.__name__}
        return self._other(value)

    def _each(self, values, depth):
        self._enter(values)
        found = [self._value(one, depth + 1) for one in values]
        self._open.discard(id(values))
        return found

    def _pairs(self, values, depth):
        self._enter(values)
        found = [[self._value(key, depth + 1), self._value(one, depth + 1)] for key, one in values.items()]
        self._open.discard(id(values))
        return found

    def _enter(self, values):
        if id(values) in self._open:
            raise BadValue("it refers to itself, and cannot be copied")
        if len(values) > (VALUES_MAX if type(values) in (list, tuple) else ENTRIES_MAX):
            raise BadValue(f"it is too large: {len(values)} values")
        self._open.add(id(values))

    def _int(self, value, depth):
        if -PLAIN_MAX <= value <= PLAIN_MAX:
            return value
        try:
            return {"$": "int", "v": str(value)}
        except ValueError:
            raise BadValue(f"an integer of more than {DIGITS_MAX} digits") from None

    def _float(self, value, depth):
        if value - value == 0:
            return value
        return {"$": "float", "v": "nan" if value != value else "inf" if value > 0 else "-inf"}


# --- reading ----------------------------------------------------------------------------------------------


class Decoder:
    """Reads values. ``others``: what makes a value of a tagged one, by its tag; it may raise BadValue."""

    def __init__(self, others):
        self._others = others
        self._standard = Standard()
        self._count = 0

    def decode(self, told):
        """Raises BadValue."""
        self._count = 0
        return self._value(told, 0)

    def _value(self, told, depth):
        kind = type(told)
        if kind is str or kind is bool or told is None or kind is float:
            return told
        self._count += 1
        if depth > DEPTH_MAX or self._count > VALUES_MAX:
            raise BadValue("it is too deep or too large")
        if kind is int:
            if -PLAIN_MAX <= told <= PLAIN_MAX:
                return told
            raise BadValue("a plain integer that is too large")
        if kind is list:
            return [self._value(one, depth + 1) for one in told]
        tag = told.get("$")
        if type(tag) is not str:
            raise BadValue("an object without a tag")
        other = self._others.get(tag)
        if other is not None:
            return other(told)
        read = _READ.get(tag)
        if read is None or set(told) - {"$", "v", "name"}:
            raise BadValue(f"no value: {tag[:40]!r}")
        try:
            return read(self, told, depth)
        except (TypeError, ValueError, KeyError, OverflowError, ArithmeticError) as error:
            raise BadValue(f"no value of the tag {tag!r}: {type(error).__name__}") from None

    def values(self, told, depth):
        """A list of values."""
        if type(told) is not list:
            raise BadValue("no list")
        return [self._value(one, depth + 1) for one in told]

    def entries(self, told, depth):
        """Values of a set."""
        if type(told) is not list or len(told) > ENTRIES_MAX:
            raise BadValue("no list, or too long a one")
        return self.values(told, depth)

    def pairs(self, told, depth):
        """A dict."""
        if type(told) is not list or len(told) > ENTRIES_MAX:
            raise BadValue("no list, or too long a one")
        found = {}
        for pair in told:
            if type(pair) is not list or len(pair) != 2:
                raise BadValue("no pair")
            found[self._value(pair[0], depth + 1)] = self._value(pair[1], depth + 1)
        return found

    def standard(self, told, depth):
        """A value of a class of the standard library."""
        name = told["name"]
        found = self._standard.of(name) if type(name) is str else None
        if found is None:
            raise BadValue("a class that is in no table")
        _, _, types, make = found
        arguments = self.values(told["v"], depth)
        if len(arguments) != len(types):
            raise BadValue(f"not what a {name} is made of")
        for argument, wanted in zip(arguments, types):
            if type(argument) is not wanted and not (type(wanted) is tuple and type(argument) in wanted):
                raise BadValue(f"not what a {name} is made of")
        return make(*arguments)


def _text(told):
    text = told["v"]
    if type(text) is not str:
        raise BadValue("no text")
    return text


def _read_int(decoder, told, depth):
    text = _text(told)
    if len(text) > DIGITS_MAX + 1 or not text.lstrip("-").isdigit() or not text.isascii():
        raise BadValue("no integer")
    return int(text)


def _read_float(decoder, told, depth):
    text = _text(told)
    if len(text) > 40:
        raise BadValue("no float")
    return float(text)


def _read_bytes(decoder, told, depth):
    return a2b_base64(_text(told), strict_mode=True) if sys.version_info >= (3, 11) else a2b_base64(_text(told))


def _read_builtin(decoder, told, depth):
    found = TYPES.get(told["name"])
    if found is None:
        raise BadValue("a class that is in no table")
    return found


_READ = {
    "int": _read_int,
    "float": _read_float,
    "bytes": _read_bytes,
    "bytearray": lambda decoder, told, depth: bytearray(_read_bytes(decoder, told, depth)),
    "tuple": lambda decoder, told, depth: tuple(decoder.values(told["v"], depth)),
    "set": lambda decoder, told, depth: set(decoder.entries(told["v"], depth)),
    "frozenset": lambda decoder, told, depth: frozenset(decoder.entries(told["v"], depth)),
    "dict": lambda decoder, told, depth: decoder.pairs(told["v"], depth),
    "std": lambda decoder, told, depth: decoder.standard(told, depth),
    "builtin": _read_builtin,
}
