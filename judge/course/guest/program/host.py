"""The tests' side of tests that talk to a program of the student's, in whatever language that is: a judge program that
runs the functions ``test_*`` of the setter's files, in their order.

A test has what its parameters name: ``start(*arguments)`` gives a live program (``write``, ``read_line``, ``wait``: see
the module judge_program), ``run(stdin, *arguments)`` one that is over. What a test started ends with it. What the
director is told is what :mod:`judge.course.parts.unit_tests_apart` hears.
"""

import contextlib
import importlib.util
import inspect
import io
import json
import os
import sys

import judge_program

_TEXT_MAX = 8 << 10
_VERDICTS = {"passed": "AC", "failed": "WA", "error": "RTE", "timeout": "TLE"}


def main():
    told = judge_program.inputs.parameters
    only = set(told.get("only", "").split("\n")) - {""}
    sys.path.insert(0, os.getcwd())
    tests = [test for number, file in enumerate(told["files"].split("\n")) for test in _tests(number, file)]
    for number, (name, _) in enumerate(tests, 1):
        judge_program.progress(number, len(tests), name)
    if not tests:
        judge_program.fail("the files of the tests have no function test_NAME in them")
    program = judge_program.compile(judge_program.inputs.submission)
    limits = judge_program.Limits(wall_time=int(told.get("wall_time_ns", "0")) / 1e9)
    for number, (name, function) in enumerate(tests, 1):
        if not only or name in only:
            _Test(program, limits).judge(str(number), function)
    judge_program.finish("AC")


def _tests(number, file):
    """(name, function) of each test of a file."""
    if not file.endswith(".py"):
        return
    spec = importlib.util.spec_from_file_location(f"tests{number}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, found in vars(module).items():
        if name.startswith("test_") and inspect.isfunction(found) and found.__module__ == module.__name__:
            unknown = set(inspect.signature(found).parameters) - {"start", "run"}
            if unknown:
                judge_program.fail(f"{file}: {name}: a test has start and run, and no {min(unknown)}")
            yield f"{file}::{name}", found


class _Test:
    """One test, and what it has started."""

    def __init__(self, program, limits):
        self._program = program
        self._limits = limits
        self._live = []
        self._runs = []

    def start(self, *arguments):
        process = judge_program.start(self._program, args=arguments, limits=self._limits)
        self._live.append(process)
        return process

    def run(self, stdin="", *arguments):
        run = judge_program.run(self._program, stdin=stdin, args=arguments, limits=self._limits)
        self._runs.append(run)
        return run

    def judge(self, number, function):
        """Run it, and say how it went."""
        printed = io.StringIO()
        if self._program.ok:
            status, message = self._outcome(function, printed)
        else:
            status, message = "error", f"it does not compile: {self._program.log}"
        judge_program.case(
            number,
            _VERDICTS[status],
            reason=status,
            feedback=json.dumps(message[:_TEXT_MAX]),
            team_feedback=json.dumps(printed.getvalue()[:_TEXT_MAX]),
            run=self._runs[-1] if self._runs else None,
        )

    def _outcome(self, function, printed):
        given = {"start": self.start, "run": self.run}
        status, message = "passed", ""
        try:
            with contextlib.redirect_stdout(printed):
                function(**{name: given[name] for name in inspect.signature(function).parameters})
        except AssertionError as error:
            status, message = "failed", str(error) or "an assertion does not hold"
        except Exception as error:
            status, message = "error", f"{type(error).__name__}: {error}"
        # One that writes no more is at its end, or soon will be: how it ended is worth knowing.
        self._runs += [process.wait() if process._end else process.stop() for process in self._live]
        if status != "passed":
            broken = next((run for run in self._runs if run.verdict), None)
            if broken is not None:
                status = "timeout" if broken.verdict == "TLE" else "error"
                message = f"the program {broken.ending}\n{message}"
        return status, message


main()
