"""The driver of calls for Python: lies beside a program, calls one of its functions, and writes the value as JSON.

On standard input: a JSON object with ``main`` (the program's main file, relative to this one), ``function`` (or
``Class.method``) and ``arguments`` (a list). The program itself finds an empty standard input; what it prints stays its
own, for the value goes to descriptor 3.

The program is in the same process: it may write to that descriptor itself, and whatever it does to this file's code it
does to its own answer. What is expected is not here.
"""

from __future__ import annotations

import json
import os
import sys

ANSWER = 3

TYPE_CHECKING = False  # each run imports what is here: no more than is needed
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def load(path: str) -> Any:
    """The program's main file as a module that is not ``__main__``."""
    directory, name = os.path.split(path)
    sys.path.insert(0, directory)
    sys.argv[0] = path
    module = type(sys)(os.path.splitext(name)[0])
    module.__file__ = path
    sys.modules[module.__name__] = module
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    exec(code, module.__dict__)
    return module


def find(module: Any, function: str) -> Callable[..., object]:
    """The function, or the method of a new object. Ends the process when there is none."""
    owner, _, name = function.rpartition(".")
    if owner and not hasattr(module, owner):
        sys.exit(f"there is no class {owner} in the program")
    target = getattr(module, owner)() if owner else module
    if not callable(getattr(target, name, None)):
        sys.exit(f"there is no function {function} in the program")
    found: Callable[..., object] = getattr(target, name)
    return found


def plain(value: Any) -> object:
    """Arrays and numbers of libraries as lists and numbers."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a value of the type {type(value).__name__} cannot be written as JSON")


def main() -> None:
    """Serve one call; what the program raises is shown without this file's own frames."""
    request = json.loads(sys.stdin.buffer.read())
    os.set_inheritable(ANSWER, False)
    here = os.path.dirname(os.path.abspath(__file__))
    encode = json.dumps
    try:
        function = find(load(os.path.join(here, request["main"])), request["function"])
        text = encode(function(*request["arguments"]), default=plain)
    except Exception as error:
        import traceback

        own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
        head = "Traceback (most recent call last):\n" if own else ""
        end = traceback.format_exception_only(type(error), error)
        sys.stderr.write(head + "".join(traceback.format_list(own) + end))
        sys.exit(1)
    with open(ANSWER, "wb") as file:
        file.write(text.encode())


main()
