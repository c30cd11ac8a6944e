"""What values of S are in T: plain values, proxies of its objects and classes, exceptions. And their opposite.

T compares. A proxy meets a plain value as the plain value that it is itself (an object of a subclass of ``int``), else
not at all: S is never shown what is expected, but where the assignment names the class.
"""

import types
import weakref

from judge_apart.handles import (
    ALL_SPECIALS,
    SPECIALS_OF_BUILTINS,
    BoundMethod,
    Handle,
    StudentClass,
    StudentError,
    StudentErrorClass,
    are_names,
    int_of,
    method_of,
    mixed,
    name_of,
    on_plain,
    title_of,
)
from judge_apart.standard import standard_errors
from judge_apart.values import TYPES, BadValue, Decoder, Encoder, function_name

_UNSEEN = "`{}` of the student's class {} would see the tests' value; the assignment may allow it: operators: [{}]"


class Proxies:
    """All proxies of a session. ``in_place``: names of functions that change their arguments; ``operators``: of
    classes whose operators may see plain values."""

    def __init__(self, session, declared, in_place=(), operators=()):
        session.proxies = self
        self._session = session
        self._declared = declared
        self._in_place = set(in_place)
        self._operators = set(operators)
        self._encoder = Encoder(self._tagged)
        self._decoder = Decoder({"ref": self._ref, "class": self._class, "callback": self._returned})
        self._life = 0
        self._told = {}  # what S has said of its classes, by number
        self._classes = {}  # proxies by number, of this life
        self._builtins = {}  # proxies of built-in classes by name
        self._known = {}  # proxies of objects by number: weak
        self._callbacks = []  # functions of the tests, of this life

    # -- values ------------------------------------------------------------------------------------------------

    def encode(self, value):
        """Raises BadValue for what the protocol does not carry."""
        return self._encoder.encode(value)

    def decode(self, told):
        """Raises BadValue."""
        self._renew()
        return self._decoder.decode(told)

    def _renew(self):
        if self._life != self._session.life:
            self._life = self._session.life
            for table in (self._told, self._classes, self._builtins, self._known):
                table.clear()
            self._callbacks = []

    def _tagged(self, value):
        found = self._declared.resolved(value)
        if found is not value:
            return self._encoder.encode(found)
        if isinstance(value, (Handle, StudentClass, StudentErrorClass)):
            return {"$": "ref", "id": self._number(value)}
        if isinstance(value, BoundMethod):
            return self._tagged(self.get(value.__self__, value.__name__))
        if isinstance(value, StudentError) and value._judge_handle is not None:
            return self._tagged(value._judge_handle)
        name = function_name(value)
        if name:
            return {"$": "builtin", "name": name}
        if isinstance(value, (types.FunctionType, types.MethodType)) or hasattr(value, "assert_called_with"):
            return self._callback(value)
        raise BadValue(f"an object of the tests ({type(value).__name__}) cannot be handed to the student's program")

    def _callback(self, function):
        if function not in self._callbacks:
            self._callbacks.append(function)
        name = getattr(function, "__name__", "callback")
        return {"$": "callback", "id": self._callbacks.index(function) + 1, "name": str(name)}

    def callback(self, number):
        """A function of the tests by the number that S has of it; None = there is none."""
        if type(number) is int and 0 < number <= len(self._callbacks):
            return self._callbacks[number - 1]
        return None

    def _returned(self, told):
        """A function of the tests that comes back."""
        function = self.callback(told.get("id"))
        if function is None:
            raise BadValue("a function of the tests that there is none of")
        return function

    def _number(self, proxy):
        if proxy._judge_life != self._session.life:
            self._session.fail("error", f"{type(proxy).__name__}: it belongs to the program of an earlier test")
        return proxy._judge_id

    def _ref(self, told):
        number, kind = int_of(told, "id"), told.get("class")
        known = self._known.get(number)
        found = known() if known is not None else None
        if found is not None:
            return found
        if type(kind) is not dict:
            raise BadValue("an object without a class")
        proxy_class = self._proxy_class(kind)
        if isinstance(proxy_class, type) and issubclass(proxy_class, BaseException):
            return self._exception(proxy_class, {"ref": number})
        return self._handle(proxy_class, number)

    def _handle(self, proxy_class, number):
        handle = object.__new__(proxy_class)
        own = object.__getattribute__(handle, "__dict__")
        own["_judge_id"], own["_judge_life"] = number, self._session.life
        self._known[number] = weakref.ref(handle)
        if number in self._session.dropped:
            self._session.dropped.remove(number)
        if proxy_class.__name__ == "coroutine":
            return self._coroutine(handle)
        return handle

    async def _coroutine(self, handle):
        return self.awaited(handle)

    def awaited(self, handle):
        """What it comes to."""
        return self._asked("await", handle, f"await {name_of(handle)}")

    def drop(self, handle):
        """Nothing refers to a proxy any more."""
        own = object.__getattribute__(handle, "__dict__")
        if own.get("_judge_life") == self._session.life:
            self._known.pop(own["_judge_id"], None)
            self._session.dropped.append(own["_judge_id"])

    # -- classes -----------------------------------------------------------------------------------------------

    def _class(self, told):
        number = int_of(told, "id")
        self.note(told, 0)
        if number not in self._classes:
            made = self._made(number, self._told.get(number, told))
            self._classes.setdefault(number, made)
        return self._classes[number]

    def note(self, told, depth):
        """Keep what S says of a class: it says it once."""
        if type(told) is dict and "name" in told and told.get("$") == "class" and depth < 50:
            self._told.setdefault(int_of(told, "id"), told)
            bases = told.get("bases")
            for base in bases if type(bases) is list else ():
                self.note(base, depth + 1)

    def exported(self, path):
        """Which class stands under this name in the student's module: its number, or its name as a class of the
        language; None = there is none. S may say what it wants."""
        handle = self.module(path[0])
        for name in path[1:-1]:
            handle = self.get(handle, name)
        answer = self._session.request("get", ".".join(path), target=self._number(handle), name=path[-1])
        told = answer.get("ok")
        if type(told) is not dict:
            return None
        self.note(told, 0)
        return told.get("id") if told.get("$") == "class" else told.get("name") if told.get("$") == "builtin" else None

    def _proxy_class(self, told):
        """The class of a handle."""
        if told.get("$") == "class":
            return self._class(told)
        name = told.get("name")
        if type(name) is not str or name not in TYPES:
            name = "object"
        if name not in self._builtins:
            found = TYPES[name]
            specials = [name for name in SPECIALS_OF_BUILTINS if hasattr(found, f"__{name}__")]
            self._builtins[name] = self._new(name, (Handle,), 0, specials, ())
        return self._builtins[name]

    def _made(self, number, told):
        name, bases = told.get("name", "object"), told.get("bases", [])
        methods, specials = told.get("methods", []), told.get("specials", [])
        if type(name) is not str or type(bases) is not list or not are_names(methods) or not are_names(specials):
            raise BadValue("no class")
        found = [self._decoder._value(base, 1) for base in bases[:20]]
        if not all(isinstance(base, type) for base in found):
            raise BadValue("a class below what is none")
        if any(issubclass(base, BaseException) for base in found):
            return self._exception_class(number, name, standard_errors(told) or found)
        own = tuple(base for base in found if issubclass(base, Handle)) or (Handle,)
        return self._new(name, own, number, specials, methods)

    def _new(self, name, bases, number, specials, methods):
        space = {f"__{special}__": method_of(special) for special in specials if special in ALL_SPECIALS}
        space["__hash__"] = Handle.__hash__
        space |= {"_judge_proxies": self, "_judge_id": number, "_judge_life": self._session.life}
        space["_judge_methods"] = frozenset(methods)
        name = name.replace("\0", "")[:200]
        try:
            return type.__new__(StudentClass, name, bases, space)
        except (TypeError, ValueError):  # bases that do not go together
            return type.__new__(StudentClass, "object", (Handle,), space)

    # -- exceptions --------------------------------------------------------------------------------------------

    def _exception_class(self, number, name, bases):
        builtin = [base for base in bases if not issubclass(base, StudentError)] or [Exception]
        students = [base for base in bases if issubclass(base, StudentError)] or [StudentError]
        declared = self._declared.of_class(number, bases)
        space = {"_judge_proxies": self, "_judge_id": number, "_judge_life": self._session.life}
        space["_judge_made"] = StudentError.__dict__["_judge_made"]  # not that of what was declared
        return mixed(name, (*declared, *students, *builtin), (*declared, *students), space)

    def raised(self, told):
        """The exception that S says was raised. Raises BadValue."""
        self._renew()
        if type(told) is not dict or set(told) - {"class", "message", "args", "ref", "trace"}:
            raise BadValue("its fields")
        kind = self._raised_class(told.get("class"))
        return self._exception(kind, told)

    def _raised_class(self, told):
        if type(told) is not dict:
            raise BadValue("no class")
        if told.get("$") == "builtin":
            name = told.get("name")
            kind = TYPES.get(name) if type(name) is str else None
            if kind is None or not issubclass(kind, BaseException):
                return mixed(name if type(name) is str else "Exception", (StudentError,), (StudentError,))
            declared = self._declared.of_class(0, [kind])
            return mixed(kind.__name__, (*declared, StudentError, kind), (StudentError,))
        kind = self._decoder._value(told, 0)
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise BadValue("a class of no exception")
        return kind

    def _exception(self, kind, told):
        message, trace = told.get("message", ""), told.get("trace", "")
        if type(message) is not str or type(trace) is not str:
            raise BadValue("its words")
        args = self._decoder._value(told.get("args", []), 0)
        if type(args) is not list:
            raise BadValue("its arguments")
        try:
            error = kind.__new__(kind)
        except TypeError:  # of a group of exceptions
            raise BadValue("an exception that cannot be made of its name") from None
        error.args = tuple(args)
        own = error.__dict__
        own["_judge_message"], own["_judge_trace"] = message[:4096], trace[: 16 << 10]
        number = told.get("ref", 0)
        if type(number) is int and number:
            own["_judge_handle"] = self._handle(self._proxy_class({}), number)
        if isinstance(error, SystemExit):
            error.code = args[0] if args else None
        if isinstance(error, StopIteration):
            error.value = args[0] if args else None
        return error

    def raising(self, error):
        """What S hears of an exception of the tests'."""
        kind = next(one for one in type(error).__mro__ if TYPES.get(one.__name__) is one)
        return {"class": {"$": "builtin", "name": kind.__name__}, "args": [str(error)[:1000]]}

    def as_exit(self, error):
        """The arguments of __exit__."""
        if error is None:
            return None, None, None
        return next(one for one in type(error).__mro__ if TYPES.get(one.__name__) is one), None, None

    # -- requests ----------------------------------------------------------------------------------------------

    def _asked(self, op, target, words, **fields):
        answer = self._session.request(op, words, target=self._number(target), **fields)
        return self._session.value(answer, words)

    def get(self, proxy, name):
        """An attribute."""
        found = self._asked("get", proxy, f"{title_of(proxy)}.{name}", name=name)
        if isinstance(found, Handle):
            object.__getattribute__(found, "__dict__").setdefault("_judge_name", name)
        return found

    def attribute(self, handle, name):
        """An attribute of an object; of a method nothing is asked before it is called."""
        if any(name in kind.__dict__.get("_judge_methods", ()) for kind in type(handle).__mro__):
            return BoundMethod(self, handle, name)
        return self.get(handle, name)

    def set(self, proxy, name, value):
        """Set an attribute."""
        self._asked("set", proxy, f"{title_of(proxy)}.{name} = …", name=name, value=self._sent(value, name))

    def delete(self, proxy, name):
        """Delete an attribute."""
        self._asked("delete", proxy, f"del {title_of(proxy)}.{name}", name=name)

    def module(self, name):
        """The proxy of a module of the student's, imported now."""
        self._session.alive()
        words = f"import {name}"
        found = self._session.value(self._session.request("import", words, name=name), words)
        if not isinstance(found, Handle):
            self._session.fail("error", f"{words}: it is no module")
        return found

    def special(self, proxy, name, *args, wanted=None):
        """An operation of the language. Raises TypeError for what is not of the type that it must give."""
        words = f"{name}({title_of(proxy)})"
        found = self._asked("special", proxy, words, name=name, args=[self._sent(one, words) for one in args])
        if wanted is not None and type(found) is not wanted:
            raise TypeError(f"{words} gives {type(found).__name__}, not {wanted.__name__}")
        return found

    def call(self, target, op, named, args, kwargs, words):
        """Call a function, a class or a method."""
        words = f"{words}()"
        fields = dict(named, args=[self._sent(one, words) for one in args])
        if kwargs:
            fields["kwargs"] = {name: self._sent(one, words) for name, one in kwargs.items()}
        back = words[:-2] in self._in_place
        if back:
            fields["back"] = True
        answer = self._session.request(op, words, target=self._number(target), **fields)
        if back:
            self._put_back(answer.get("after"), args, kwargs, words)
        return self._session.value(answer, words)

    def _sent(self, value, words):
        try:
            return self.encode(value)
        except BadValue as error:
            self._session.fail("error", f"{words}: the tests hand over what cannot be sent: {error}")

    def _put_back(self, after, args, kwargs, words):
        try:
            told = after if type(after) is dict else {}
            found = self.decode(told.get("args", []))
            named = {name: self.decode(one) for name, one in told.get("kwargs", {}).items()}
        except (BadValue, AttributeError) as error:
            self._session.fail("error", f"it answered with what is no answer, in {words}: {error}")
        pairs = [*zip(args, found), *((kwargs[name], one) for name, one in named.items() if name in kwargs)]
        for own, one in pairs:
            if type(own) is not type(one):
                continue
            if type(own) in (list, bytearray):
                own[:] = one
            elif type(own) in (dict, set):
                own.clear()
                own.update(one)

    def next(self, handle):
        """The next value of an iterator. Raises StopIteration."""
        words = f"next({name_of(handle)})"
        answer = self._session.request("next", words, target=self._number(handle))
        if answer.get("end"):
            raise StopIteration
        return self._session.value(answer, words)

    # -- operators ---------------------------------------------------------------------------------------------

    def _may_see(self, handle, other):
        """Whether S may be shown the other side."""
        if isinstance(other, (Handle, StudentClass)):
            return True
        return not self._operators.isdisjoint(("*", type(handle).__name__))

    def is_equal(self, handle, other):
        """Of a proxy and anything."""
        other = self._declared.resolved(other)
        if handle is other:
            return True
        if self._may_see(handle, other):
            return bool(self.special(handle, "eq", other))
        plain = self._asked("plain", handle, f"{name_of(handle)} ==")
        return plain is not None and not isinstance(plain, Handle) and bool(plain == other)

    def calculated(self, handle, name, other):
        """An operator of two."""
        other = self._declared.resolved(other)
        if self._may_see(handle, other):
            return self.special(handle, name, other)
        plain = self._asked("plain", handle, f"{name} of {name_of(handle)}")
        if plain is None or isinstance(plain, Handle):
            raise TypeError(_UNSEEN.format("in" if name == "contains" else name, *[type(handle).__name__] * 2))
        return on_plain(name, plain, other)
