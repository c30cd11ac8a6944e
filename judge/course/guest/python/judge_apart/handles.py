"""How objects, classes and exceptions of S look in T. What is done with them: :mod:`judge_apart.proxies`."""

import operator

from judge_apart.values import BadValue

_NAMES = ("__name__", "__doc__", "__dict__", "__qualname__", "__annotations__", "__wrapped__", "__module__")

ORDER = ("lt", "le", "gt", "ge")

#: Operators of two sides.
PAIRS = {
    f"{before}{name}"
    for name in "add sub mul matmul truediv floordiv mod pow and or xor lshift rshift divmod".split()
    for before in ("", "r", "i")
} | set(ORDER)
SPECIALS_OF_BUILTINS = "call len iter next contains getitem setitem delitem enter exit await".split()

#: Special methods that a proxy's class may have.
ALL_SPECIALS = (PAIRS | set(SPECIALS_OF_BUILTINS)) | set(
    "int float complex index reversed abs neg pos invert round trunc floor ceil bool bytes hash "
    "aiter anext aenter aexit".split()
)


class StudentErrorClass(type):
    """The class of classes of exceptions: calling one makes the exception in S."""

    def __call__(cls, *args, **kwargs):
        return cls._judge_made(args, kwargs)


class StudentError(Exception, metaclass=StudentErrorClass):
    """What the student's code has raised: its classes stand below this one and a built-in one."""

    _judge_message = ""
    _judge_trace = ""
    _judge_handle = None

    def __str__(self):
        return self._judge_message

    @classmethod
    def _judge_made(cls, args, kwargs):
        return cls._judge_proxies.call(cls, "call", {}, args, kwargs, cls.__name__)

    def __getattr__(self, name):
        handle = self._judge_handle
        if handle is None or name.startswith("__"):
            raise AttributeError(name)
        return getattr(handle, name)


class StudentClass(type):
    """The class of proxies of classes. A proxy of an object is an instance of the proxy of its class."""

    def __call__(cls, *args, **kwargs):
        return cls._judge_proxies.call(cls, "call", {}, args, kwargs, cls.__name__)

    def __getattr__(cls, name):
        return cls._judge_proxies.get(cls, name)

    def __setattr__(cls, name, value):
        cls._judge_proxies.set(cls, name, value)

    def __delattr__(cls, name):
        cls._judge_proxies.delete(cls, name)

    def __iter__(cls):
        return iter(cls._judge_proxies.special(cls, "iter"))

    def __len__(cls):
        return cls._judge_proxies.special(cls, "len")

    def __bool__(cls):
        return True

    def __getitem__(cls, key):
        return cls._judge_proxies.special(cls, "getitem", key)

    def __contains__(cls, thing):
        return cls._judge_proxies.special(cls, "contains", thing)


class Handle:
    """What every proxy of an object can do."""

    def __getattr__(self, name):
        if name.startswith("__") and name not in _NAMES:
            raise AttributeError(name)
        return self._judge_proxies.attribute(self, name)

    def __setattr__(self, name, value):
        self._judge_proxies.set(self, name, value)

    def __delattr__(self, name):
        self._judge_proxies.delete(self, name)

    def __eq__(self, other):
        return self._judge_proxies.is_equal(self, other)

    def __ne__(self, other):
        return not self._judge_proxies.is_equal(self, other)

    def __hash__(self):
        return self._judge_proxies.special(self, "hash", wanted=int)

    def __str__(self):
        return self._judge_proxies.special(self, "str", wanted=str)

    def __repr__(self):
        return self._judge_proxies.special(self, "repr", wanted=str)

    def __format__(self, spec):
        return self._judge_proxies.special(self, "format", spec, wanted=str)

    def __dir__(self):
        return self._judge_proxies.special(self, "dir", wanted=list)

    def __reduce_ex__(self, version):
        raise TypeError(f"{type(self).__name__}: an object of the student's program is not copied by the tests")

    def __del__(self):
        self._judge_proxies.drop(self)


def _pair(name):
    def method(self, other):
        return self._judge_proxies.calculated(self, name, other)

    return method


def _plain(name, wanted):
    def method(self, *args):
        return self._judge_proxies.special(self, name, *args, wanted=wanted)

    return method


def _iter(self):
    found = self._judge_proxies.special(self, "iter")
    return found if isinstance(found, Handle) else iter(found)


def _next(self):
    return self._judge_proxies.next(self)


def _call(self, *args, **kwargs):
    return self._judge_proxies.call(self, "call", {}, args, kwargs, name_of(self))


def _contains(self, thing):
    return bool(self._judge_proxies.calculated(self, "contains", thing))


def _exit(self, kind, error, trace):
    return self._judge_proxies.special(self, "exit", *self._judge_proxies.as_exit(error))


def _await(self):
    return self._judge_proxies.awaited(self)
    yield


def method_of(name):
    """What a proxy's class has for a special method of the student's."""
    wanted = {"len": int, "int": int, "index": int, "float": float, "complex": complex, "bool": bool, "bytes": bytes}
    own = {"iter": _iter, "next": _next, "call": _call, "contains": _contains, "exit": _exit, "await": _await}
    if name in own:
        return own[name]
    return _pair(name) if name in PAIRS else _plain(name, wanted.get(name))


def name_of(proxy):
    return proxy.__dict__.get("_judge_name") or f"{type(proxy).__name__} object"


class BoundMethod:
    """A method of a proxy that is not called yet."""

    def __init__(self, proxies, handle, name):
        self.__self__ = handle
        self.__name__ = name
        self._proxies = proxies

    def __call__(self, *args, **kwargs):
        return self._proxies.call(self.__self__, "method", {"name": self.__name__}, args, kwargs, self.__name__)

    def __getattr__(self, name):
        return getattr(self._proxies.get(self.__self__, self.__name__), name)


def mixed(name, bases, fallback, space=None):
    for some in (tuple(dict.fromkeys(bases)), (*dict.fromkeys(fallback),), (StudentError,)):
        try:
            space = {"__module__": "student", **(space or {})}
            return StudentErrorClass(name.replace("\0", "")[:200] or "Exception", some, space)
        except (TypeError, ValueError):  # bases that do not go together
            continue
    raise BadValue("no exception")


def on_plain(name, plain, other):
    """An operator of two plain values."""
    if name == "contains":
        return other in plain
    turned = name.startswith("r") and name not in ("rshift",)
    base = name[1:] if turned or name.startswith("i") else name
    function = divmod if base == "divmod" else getattr(operator, f"{base}_" if base in ("and", "or") else base)
    return function(other, plain) if turned else function(plain, other)


def int_of(told, name):
    number = told.get(name)
    if type(number) is not int or not 0 < number < 1 << 53:
        raise BadValue(f"{name}: no number")
    return number


def are_names(names):
    return type(names) is list and len(names) <= 2000 and all(type(name) is str and len(name) < 200 for name in names)


def title_of(proxy):
    return proxy.__name__ if isinstance(proxy, type) else name_of(proxy)
