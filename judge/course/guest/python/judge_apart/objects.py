"""The objects of S that T knows by number, and what S says of their classes."""

import builtins
import types

from judge_apart.values import TYPES, BadValue, Encoder

_HANDLES_MAX = 10_000
_NAME_MAX = 4096

#: Special methods whose operations T may ask for; what an object's class has of them T's proxy has, too.
SPECIALS = """
call len int float complex index iter next reversed contains getitem setitem delitem enter exit abs neg pos invert
round trunc floor ceil lt le gt ge add radd sub rsub mul rmul matmul rmatmul truediv rtruediv floordiv rfloordiv mod
rmod divmod rdivmod pow rpow and rand or ror xor rxor lshift rlshift rshift rrshift iadd isub imul imatmul itruediv
ifloordiv imod ipow iand ior ixor ilshift irshift await aiter anext aenter aexit bool hash bytes
""".split()

_METHODS = (types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, classmethod, staticmethod)

#: Classes whose objects are that value and more: T may ask for the value alone.
_VALUES = (bool, int, float, str, bytes, bytearray, tuple, list, set, frozenset, dict)


def as_value(thing):
    """The built-in value that an object of a subclass is, made by the built-in class's own methods; None = it is
    none."""
    for kind in _VALUES:
        if isinstance(thing, kind):
            if kind is dict:
                return {key: dict.__getitem__(thing, key) for key in dict.__iter__(thing)}
            if kind in (list, tuple, set, frozenset):
                return kind(kind.__iter__(thing))
            if kind is str:
                return str.__str__(thing)
            return kind.__int__(thing) if kind is int else kind.__float__(thing) if kind is float else kind(thing)
    return None


class Callback:
    """A function of the tests. Calling it asks T."""

    def __init__(self, ask, number, name):
        self._ask = ask
        self._number = number
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args, **kwargs):
        return self._ask(self._number, args, kwargs)

    def __get__(self, instance, owner=None):
        return self if instance is None else types.MethodType(self, instance)


class Objects:
    """Numbers for objects. The same object keeps its number until T drops it."""

    def __init__(self, ask):
        self._ask = ask
        self._things = {}  # by number
        self._numbers = {}  # by identity
        self._told = set()  # classes that T has heard all about
        self._callbacks = {}
        self._last = 0
        self._encoder = Encoder(self.tagged)

    def encode(self, value):
        """Raises BadValue."""
        return self._encoder.encode(value)

    def number(self, thing):
        """Raises BadValue when there are too many."""
        number = self._numbers.get(id(thing))
        if number is None:
            if len(self._things) >= _HANDLES_MAX:
                raise BadValue(f"more than {_HANDLES_MAX} objects are in use at once")
            self._last = number = self._last + 1
            self._things[number] = thing
            self._numbers[id(thing)] = number
        return number

    def get(self, number):
        """Raises LookupError."""
        return self._things[number]

    def drop(self, numbers):
        """T has no use for these any more. Classes stay: what T knows of them is said once."""
        for number in numbers:
            thing = self._things.get(number, self)
            if thing is not self and not isinstance(thing, type):
                del self._things[number]
                self._numbers.pop(id(thing), None)

    def callback(self, told):
        """What a function of the tests is here."""
        number = told["id"]
        if number not in self._callbacks:
            self._callbacks[number] = Callback(self._ask, number, told.get("name", "callback"))
        return self._callbacks[number]

    def tagged(self, thing):
        """Of what is not copied."""
        if isinstance(thing, Callback):
            return {"$": "callback", "id": thing._number}
        if isinstance(thing, type):
            return self.class_of(thing)
        return {"$": "ref", "id": self.number(thing), "class": self.class_of(type(thing))}

    def class_of(self, kind):
        """What T hears of a class."""
        if kind.__module__ == "builtins" and TYPES.get(kind.__name__) is kind:
            return {"$": "builtin", "name": kind.__name__}
        number = self.number(kind)
        told = {"$": "class", "id": number}
        if number not in self._told:
            self._told.add(number)
            told["name"] = str(kind.__name__)[:_NAME_MAX]
            told["module"] = str(kind.__module__)[:_NAME_MAX]
            told["bases"] = [self.class_of(base) for base in kind.__bases__]
            told["methods"] = methods_of(kind)
            told["specials"] = specials_of(kind)
        return told


def methods_of(kind):
    """Names that lead to functions, whatever the object."""
    found = {}
    for one in reversed(kind.__mro__):
        if one is not object:
            for name, value in vars(one).items():
                found[name] = isinstance(value, _METHODS)
    return [name for name, is_method in found.items() if is_method and not name.startswith("__")]


def specials_of(kind):
    """Which special methods a class has."""
    found = {}
    for one in reversed(kind.__mro__):
        if one is not object:
            found.update(vars(one))
    return [name for name in SPECIALS if found.get(f"__{name}__") is not None]


def builtin_of(name):
    """A function or class of the language by the name that T gives it. Raises LookupError."""
    if name in TYPES:
        return TYPES[name]
    module, _, rest = name.rpartition(".")
    if module in ("math", "operator"):
        return getattr(__import__(module), rest)
    return getattr(builtins, rest)
