"""What the tests import of the student's module: names, which are looked up in S when a test uses them.

While tests are collected there is no S. A name may then be imported, passed on and asked for names below it, no more.
"""

import ast
import operator
import sys
import types
from importlib.machinery import ModuleSpec

from judge_apart.handles import Handle, StudentClass, StudentError, StudentErrorClass

_RAISES = ("raises", "assertRaises", "assertRaisesRegex")
_TURNED = "add sub mul matmul truediv floordiv mod pow lshift rshift xor".split()
_STRAIGHT = [*_TURNED, *"lt le gt ge getitem setitem delitem contains abs neg pos invert index".split()]
_OF_BUILTINS = "len int float complex iter next reversed round bytes str format dir".split()


class UsedTooEarly(Exception):
    """The student's code is needed while the tests are collected."""


def exceptions_in(source):
    """Names that a test file uses as exceptions: what it expects or catches, and what is called so."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in _RAISES:
            named = [word.value for word in node.keywords if word.arg == "expected_exception"]
            found |= _last_names(node.args[:1] + named)
        elif isinstance(node, ast.ExceptHandler) and node.type is not None:
            found |= _last_names([node.type])
        elif isinstance(node, (ast.Name, ast.Attribute, ast.alias)):
            name = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "name", "")
            if name.endswith(("Error", "Exception")):
                found.add(name)
    return found


def _last_names(nodes):
    found = set()
    for node in nodes:
        if isinstance(node, ast.Tuple):
            found |= _last_names(node.elts)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found


class Name:
    """A name of the student's module."""

    def __init__(self, names, path):
        object.__setattr__(self, "_judge_names", names)
        object.__setattr__(self, "_judge_path", path)

    @property
    def __class__(self):
        return type(_of(self)) if self._judge_names.is_live else Name

    @property
    def __name__(self):
        return self._judge_path[-1]

    def __getattr__(self, name):
        names = self._judge_names
        if names.is_live:
            return getattr(_of(self), name)
        if name.startswith("_"):
            raise AttributeError(name)
        return names.named((*self._judge_path, name))

    def __setattr__(self, name, value):
        setattr(_of(self), name, value)

    def __call__(self, *args, **kwargs):
        return _of(self)(*args, **kwargs)

    def __instancecheck__(self, instance):
        return isinstance(instance, _of(self))

    def __subclasscheck__(self, kind):
        return issubclass(self._judge_names.resolved(kind), _of(self))

    def __mro_entries__(self, bases):
        raise UsedTooEarly(f"a class of the tests extends {self._judge_path[-1]}, which is the student's")

    def __eq__(self, other):
        return self is other if not self._judge_names.is_live else _of(self) == self._judge_names.resolved(other)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(_of(self)) if self._judge_names.is_live else hash(self._judge_path)

    def __bool__(self):
        return bool(_of(self)) if self._judge_names.is_live else True

    def __repr__(self):
        return repr(_of(self)) if self._judge_names.is_live else ".".join(self._judge_path)

    def __enter__(self):
        return _of(self).__enter__()

    def __exit__(self, *error):
        return _of(self).__exit__(*error)

    def __await__(self):
        return _of(self).__await__()


def _of(name):
    return name._judge_names.resolved(name)


def _add_operations():
    import builtins

    def straight(function):
        return lambda self, *args: function(_of(self), *args)

    def turned(function):
        return lambda self, other: function(other, _of(self))

    for word in _STRAIGHT:
        setattr(Name, f"__{word}__", straight(getattr(operator, word)))
    for word in _TURNED:
        setattr(Name, f"__r{word}__", turned(getattr(operator, word)))
    for word in ("and", "or"):
        setattr(Name, f"__{word}__", straight(getattr(operator, f"{word}_")))
        setattr(Name, f"__r{word}__", turned(getattr(operator, f"{word}_")))
    for word in _OF_BUILTINS:
        setattr(Name, f"__{word}__", straight(getattr(builtins, word)))


_add_operations()


class StudentModule(types.ModuleType):
    """The student's module as the tests see it."""

    def __getattr__(self, name):
        if name == "__all__":
            raise UsedTooEarly(f"from {self.__name__} import *: names must be imported one by one")
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["_judge_names"].attribute(self.__name__, name)

    def __setattr__(self, name, value):
        if name.startswith("__") or isinstance(value, StudentModule):
            super().__setattr__(name, value)
        else:
            self.__dict__["_judge_names"].set(self.__name__, name, value)

    def __delattr__(self, name):
        self.__dict__["_judge_names"].delete(self.__name__, name)


class Names:
    """Finder and loader of the student's modules, and what their names mean in the S that lives."""

    def __init__(self, modules, files, exceptions):
        self._modules = modules
        self._files = files  # what the student has handed in: only below the modules these names mean anything
        self._exceptions = exceptions
        self._session = self._proxies = None
        self._declared = {}  # classes of exceptions by path
        self._bound = None  # what of S they are, in this life
        self._life = 0
        self._found = {}  # values by path, of this life
        self.is_live = False  # a test runs

    def join(self, session, proxies):
        """Set once."""
        self._session = session
        self._proxies = proxies

    # -- importing ---------------------------------------------------------------------------------------------

    def find_spec(self, name, path=None, target=None):
        """See importlib."""
        path_there = name.replace(".", "/")
        is_below = not self._files.isdisjoint((f"{path_there}.py", f"{path_there}/__init__.py"))
        if name in self._modules or (is_below and any(name.startswith(f"{module}.") for module in self._modules)):
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        """See importlib."""
        module = StudentModule(spec.name)
        module.__dict__["_judge_names"] = self
        return module

    def exec_module(self, module):
        """See importlib."""

    # -- names -------------------------------------------------------------------------------------------------

    def named(self, path):
        """What a name is while nothing runs."""
        if path[-1] not in self._exceptions:
            return Name(self, path)
        if path not in self._declared:
            made = classmethod(lambda cls, args, kwargs: self._value(path)(*args, **kwargs))
            self._declared[path] = StudentErrorClass(path[-1], (StudentError,), {"_judge_made": made})
        return self._declared[path]

    def attribute(self, module, name):
        """An attribute of a module."""
        path = (module, name)
        if not self.is_live or name in self._exceptions:
            return self.named(path)
        return self._value(path, is_fresh=True)

    def set(self, module, name, value):
        """Set an attribute of a module, in S."""
        self._renew()
        self._found.pop((module, name), None)
        self._proxies.set(self._value((module,)), name, value)

    def delete(self, module, name):
        """Delete an attribute of a module, in S."""
        self._renew()
        self._found.pop((module, name), None)
        self._proxies.delete(self._value((module,)), name)

    def resolved(self, value):
        """What stands behind a name; all else is itself."""
        kind = type(value)
        if kind is Name:
            return self._value(value._judge_path)
        if kind is StudentModule:
            return self._value((value.__name__,))
        if kind is StudentErrorClass and value in self._declared.values():
            return self._value(next(path for path, one in self._declared.items() if one is value))
        return value

    def _renew(self):
        if self._life != self._session.life or not self._session.is_running:
            self._found.clear()
            self._bound = None
            self._session.alive()
            self._life = self._session.life

    def _value(self, path, is_fresh=False):
        if not self.is_live:
            raise UsedTooEarly(f"{'.'.join(path)} is used while the tests are collected: there is no program then")
        self._renew()
        found = self._found.get(path, self)
        if found is self or (is_fresh and not isinstance(found, (Handle, StudentClass))):
            found = self._looked_up(path)
            self._found[path] = found
        return found

    def _looked_up(self, path):
        if len(path) == 1:
            return self._proxies.module(path[0])
        above = self._value(path[:-1])
        return self._proxies.get(above, path[-1]) if isinstance(above, Handle) else getattr(above, path[-1])

    # -- exceptions --------------------------------------------------------------------------------------------

    def of_class(self, number, bases):
        """Declared classes that stand for the class of this number, or for a built-in one among those."""
        if self._bound is None or self._life != self._session.life:
            self._bind()
        found = []
        for path, what in self._bound.items():
            kind = sys.modules["builtins"].__dict__.get(what) if type(what) is str else None
            is_above = isinstance(kind, type) and any(issubclass(base, kind) for base in bases)
            if is_above or (type(what) is int and what == number):
                found.append(self._declared[path])
        return found

    def _bind(self):
        """Find what they are in S. Meanwhile they are nothing."""
        self._bound = {}
        self._life = self._session.life
        found = {}
        for path in list(self._declared):
            try:
                found[path] = self._proxies.exported(path)
            except Exception:  # of the student's module: it has no such name
                found[path] = None
        self._bound = found
