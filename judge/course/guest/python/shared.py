"""One test in a process that it shares with the student's code; or, without a test's name, the list of all tests, when
there is nothing of the student's here.

How a test went counts when it is said with the key: docs, "Coursework: what decides, and what it is kept from".
"""

import json
import os
import sys

_KEY_FD, _ANSWER_FD = 4, 3
_KEY_BYTES = 32
_PRINTED_FD = 1

#: Our files; the tests lie below them, the student's files around them.
_HERE = os.path.dirname(os.path.abspath(__file__))
_TESTS = os.path.join(_HERE, "tests")


class Outcomes:
    """Hears of the one test that is wanted; all others are only counted."""

    def __init__(self, wanted, folder):
        self._wanted = wanted
        self._folder = folder  # where the test runs
        self.ids = []
        self.heard = []  # (status, message)
        self.printed = ""

    def collected(self, ids):
        """These are all tests, in order."""
        self.ids = list(ids)

    def is_wanted(self, name):
        """Whether a test is to be run now."""
        return name == self._wanted

    def begin(self):
        """The test begins."""
        os.chdir(self._folder)

    def end(self, name, status, message, printed, is_last):
        """The test is over."""
        self.printed += printed
        self.heard.append((status if name == self._wanted and is_last else "error", message))


def main():
    """See the module."""
    with open(os.path.join(_HERE, "part.json"), encoding="utf-8") as file:
        part = json.load(file)
    sys.path[0] = _HERE
    from judge_apart import by_pytest, by_unittest
    from judge_apart.outcomes import words_of

    if part["framework"] == "pytest":
        import pytest  # noqa: F401  before a file of the student's can have its name
    run = {"pytest": by_pytest.run, "unittest": by_unittest.run}[part["framework"]]
    sys.path[:1] = [_TESTS, os.path.dirname(_HERE)]
    if len(sys.argv) == 1:
        _list(part, run)
    else:
        _test(part, run, words_of, sys.argv[1])


# --- the list of tests --------------------------------------------------------------------------------------------


def _list(part, run):
    """Write the names of all tests as JSON, or what is wrong with them."""
    from judge_apart.names import Names

    class Modules(Names):
        def find_spec(self, name, path=None, target=None):
            is_below = any(name.startswith(f"{module}.") for module in self._modules)
            return super().find_spec(name) or (self._spec(name) if is_below else None)

        def _spec(self, name):
            from importlib.machinery import ModuleSpec

            return ModuleSpec(name, self, is_package=True)

    if not part["has_reference"]:
        sys.meta_path.insert(0, Modules(part["modules"], set(), frozenset()))
    outcomes = Outcomes("", os.getcwd())
    os.chdir(_TESTS)
    run(part["files"], outcomes, _fault)
    _write_list({"tests": outcomes.ids})


def _fault(error, file):
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(_TESTS)]
    line = own[-1].lineno if own else getattr(error, "lineno", 0) or 0
    where = os.path.relpath(own[-1].filename, _TESTS) if own else file
    _write_list({"fault": f"{type(error).__name__}: {error}"[:2000], "file": where, "line": line})


def _write_list(value):
    text = memoryview(json.dumps(value).encode())
    while text:
        text = text[os.write(_ANSWER_FD, text) :]
    os._exit(0)


# --- one test -----------------------------------------------------------------------------------------------------


def _test(part, run, words_of, name):
    """Run it, and say how it went. What the student's code can replace is looked up before there is any of it.

    While that code runs the key is in no variable, module or object: it waits as the left side of a sum."""
    write, leave = os.write, os._exit
    write(_ANSWER_FD, _key() + _went(part, run, words_of, name))
    leave(0)


def _key():
    key = os.read(_KEY_FD, _KEY_BYTES)
    os.close(_KEY_FD)
    return key.hex().encode()


def _went(part, run, words_of, name):
    """`` STATUS 0``, and a message after that line."""
    dup2, write, own_id, leave, state = os.dup2, os.write, os.getpid, os._exit, os.fstat
    process, answer = own_id(), state(_ANSWER_FD)
    faults = []

    def fail(error, file):
        faults.append(("error", words_of(error)))
        sys.exit(1)

    outcomes = Outcomes(name, os.getcwd())
    printed = os.dup(_PRINTED_FD)
    os.set_inheritable(printed, False)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.chdir(_TESTS)
    dup2(nowhere, _PRINTED_FD)  # a framework's own words
    try:
        run(part["files"], outcomes, fail)
    except BaseException as error:
        faults.append(("error", words_of(error)))
    if own_id() != process or state(_ANSWER_FD)[:3] != answer[:3]:
        leave(1)  # a child of the test's has nothing to say, and who holds another descriptor is not told the key
    write(printed, outcomes.printed.encode("utf-8", "replace")[: 1 << 16])
    heard = faults or outcomes.heard or [("not_run", "there is no such test with this program")]
    status, message = heard[0] if len(heard) == 1 else ("error", "it was run more than once")
    return f" {status} 0\n{message}".encode("utf-8", "replace")[:8192]


if __name__ == "__main__":
    main()
