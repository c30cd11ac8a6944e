"""Tests of the module unittest."""

import io
import sys
import unittest

from judge_apart.outcomes import status_of, words_of


def run(files, outcomes, fail):
    """Collect, run, tell. ``fail(message, file, line)`` for what is wrong with the tests themselves."""
    suite = unittest.TestSuite()
    loader = unittest.TestLoader()
    for file in files:
        suite.addTests(loader.loadTestsFromModule(_module(file, fail)))
    tests = list(_each(suite))
    names = [_id(test) for test in tests]
    outcomes.collected(names)
    wanted = [test for test, name in zip(tests, names) if outcomes.is_wanted(name)]
    unittest.TestSuite(wanted).run(_Result(outcomes, wanted))


def _module(file, fail):
    name = file[: -len(".py")].replace("/", ".")
    try:
        __import__(name)
    except Exception as error:
        fail(error, file)
    return sys.modules[name]


def _each(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from _each(one)
        else:
            yield one


def _id(test):
    return test.id()


class _Result(unittest.TestResult):
    """Hears of each test."""

    def __init__(self, outcomes, wanted):
        super().__init__()
        self._outcomes = outcomes
        self._wanted = wanted
        self._is_in_test = False

    def startTest(self, test):
        super().startTest(test)
        self._is_in_test = True
        self._status, self._message = "passed", ""
        self._printed = io.StringIO()
        self._streams = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = self._printed
        self._outcomes.begin()

    def stopTest(self, test):
        sys.stdout, sys.stderr = self._streams
        self._is_in_test = False
        is_last = test is self._wanted[-1]
        self._outcomes.end(_id(test), self._status, self._message, self._printed.getvalue(), is_last)
        super().stopTest(test)

    def _note(self, status, message):
        if self._status == "passed":
            self._status, self._message = status, message

    def addFailure(self, test, err):
        self._note("failed", str(err[1]))

    def addError(self, test, err):
        if self._is_in_test:
            self._note(status_of(err[1]), words_of(err[1]))
        else:
            self._none_of(test.id(), "error", words_of(err[1]))

    def _none_of(self, name, status, message):
        """What is set up for a class or a module is not: none of its tests runs."""
        place = name.partition("(")[2].rstrip(")")
        for test in self._wanted if name.startswith("setUp") else ():
            if _id(test).startswith(f"{place}."):
                self._outcomes.begin()
                self._outcomes.end(_id(test), status, f"{name}: {message}", "", test is self._wanted[-1])

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._note(status_of(err[1]), f"{subtest._subDescription()}: {words_of(err[1])}")

    def addSkip(self, test, reason):
        if self._is_in_test:
            self._note("not_run", f"skipped: {reason}")
        else:
            self._none_of(test.id(), "not_run", f"skipped: {reason}")

    def addExpectedFailure(self, test, err):
        self._note("not_run", "it is expected to fail")

    def addUnexpectedSuccess(self, test):
        self._note("not_run", "it is expected to fail")
