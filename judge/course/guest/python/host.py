"""The host of the tests' side, T: a judge program that runs the framework, with proxies of the student's module.

How T and S speak: docs, "The call protocol of unit tests". What the director is told: :mod:`judge_apart.outcomes`.
"""

import contextlib
import os
import sys
import traceback

import judge_program
from judge_apart import by_pytest, by_unittest
from judge_apart.names import Names, exceptions_in
from judge_apart.outcomes import Outcomes
from judge_apart.own_time import OwnTime
from judge_apart.proxies import Proxies
from judge_apart.session import Session

#: What lies beside the student's files, by the name of the data that it comes as.
_DRIVER = "judge_driver.py"

#: How long a test may compute here: this many times the CPU time of the student's side, and at least that.
_OWN_TIME_TIMES, _OWN_TIME_LEAST_S = 5, 2.0

_BY = {"pytest": by_pytest.run, "unittest": by_unittest.run}


def main():
    """Compile the driver with the student's files, and run the tests."""
    told = judge_program.inputs.parameters
    files = told["files"].split("\n")
    beside = dict(judge_program.inputs.data)
    program = judge_program.compile(judge_program.inputs.submission, main=_DRIVER, beside=beside)
    limits = judge_program.Limits(wall_time=int(told.get("wall_time_ns", "0")) / 1e9)
    session = Session(
        lambda: judge_program.start(program, limits=limits),
        each_test=told.get("process", "test") == "test",
        broken="" if program.ok else f"it does not compile: {program.log}",
        cpu_time=0 if told.get("process", "test") == "test" else int(told["cpu_time_ns"]) / 1e9,
    )
    names = Names(told["module"].split(), set(judge_program.inputs.submission.files), _exceptions(files))
    proxies = Proxies(session, names, told.get("in_place", "").split(), told.get("operators", "").split())
    names.join(session, proxies)
    sys.meta_path.insert(0, names)
    sys.path.insert(0, os.getcwd())
    only = told.get("only", "")
    own_time = OwnTime(session, max(_OWN_TIME_LEAST_S, _OWN_TIME_TIMES * int(told["cpu_time_ns"]) / 1e9))
    outcomes = Outcomes(judge_program, session, names, own_time, set(only.split("\n")) if only else set())
    _BY[told["framework"]](files, outcomes, _fail)
    outcomes.finish()


def _exceptions(files):
    found = set()
    for file in files:
        with open(file, "rb") as opened:
            with contextlib.suppress(SyntaxError):  # importing it says so
                found |= exceptions_in(opened.read())
    return found


def _fail(error, file):
    """The tests themselves are wrong: a judge error with its line."""
    here = os.getcwd()
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename[:1] != "<" and os.path.abspath(frame.filename).startswith(here)]
    line = own[-1].lineno if own else getattr(error, "lineno", 0) or 0
    where = os.path.relpath(own[-1].filename) if own else file
    judge_program._ask("fail", {"message": f"{type(error).__name__}: {error}"[:2000], "file": where, "at": line})
    sys.exit(0)


if __name__ == "__main__":
    main()
