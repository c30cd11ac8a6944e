"""A judge program that runs a DMOJ custom judge: a class ``Grader`` that starts or feeds the submission itself.

This file is the main program of a judge program; the package's ``grader.py`` lies beside it, and so do check.py of
this folder as ``dmoj_check.py``, which knows checkers, and process.py as ``dmoj_process.py``. What graders find of
DMOJ: ``grade(case)`` and the steps of it that a StandardGrader or InteractiveGrader may replace,
``self.binary.launch(...)`` with a process like that of the subprocess module, ``self.problem``, ``self.source``,
``self.language``; ``dmoj.executors`` and ``compile_with_auxiliary_files`` for programs of their own. What is missing
fails with its name and line.

Source: DMOJ's documentation, "Custom Graders", and the names in its package; nothing of its code.
"""

from __future__ import annotations

import functools
import io
import json
import re
import sys
import types
from typing import Any

import dmoj_check as base
import judge_program as service
from dmoj_process import VERDICTS, Binary, OutputLimitExceeded, Process, Result

_SETTINGS = "dmoj.json"
_FILE = "file/"

#: Our languages whose name DMOJ has another word for, and endings of sources that compilers go by.
_EXECUTORS = {"cpp": "CPP17", "c": "C", "python3": "PY3", "pypy3": "PYPY3", "python2": "PY2", "pascal": "PAS"}
_ENDINGS = {"cpp": ".cpp", "c": ".c", "python3": ".py", "pypy3": ".py", "java": ".java"}


class CompileError(Exception):
    """The submission does not compile."""


class InternalError(Exception):
    """The judge is at fault."""


class Config(dict):
    """Keys as items and as attributes; what is not there is None."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(name)

    def __getitem__(self, name: str) -> Any:
        return self.get(name)


def _config(value: Any) -> Any:
    if isinstance(value, dict):
        return Config({key: _config(one) for key, one in value.items()})
    return [_config(one) for one in value] if isinstance(value, list) else value


class _Executors(dict):
    """DMOJ's executors by name: all that there are languages for."""

    def __missing__(self, name: str) -> Any:
        return types.SimpleNamespace(Executor=functools.partial(_executor, name))

    def __contains__(self, name: object) -> bool:
        return True


def _language(executor: str) -> str:
    """Our name for a language that DMOJ calls an executor; empty = by the files' names."""
    if re.fullmatch(r"(CPP|C)[0-9]{2}", executor):
        return executor[:-2].lower()
    ours = {name: language for language, name in _EXECUTORS.items()}
    return ours.get(executor, executor.lower())


def _executor(name: str, problem_id: str, source: Any, *_: Any, **options: Any) -> Binary:
    beside = {str(one): text for one, text in (options.get("aux_sources") or {}).items()}
    language = _language(name)
    return _compiled({**beside, f"{problem_id}{_ENDINGS.get(language, '')}": source}, language)


def compile_with_auxiliary_files(storage_namespace: Any, filenames: Any = None, *_: Any, **options: Any) -> Binary:
    """A program of these files of the package."""
    names = filenames if isinstance(filenames, list | tuple) else storage_namespace
    names = [names] if isinstance(names, str) else names
    language = _language(options.get("lang") or "")
    return _compiled({name.rpartition("/")[2]: problem.problem_data[name] for name in names}, language)


def _compiled(files: dict[str, Any], language: str) -> Binary:
    program = service.compile(files, language)
    if not program.ok:
        raise CompileError(program.log)
    return Binary(program)


class _ProblemData(dict):
    """The package's files, read when they are asked for."""

    def __missing__(self, name: str) -> bytes:
        data = service.inputs.data.get(_FILE + name)
        if data is None:
            raise KeyError(name)
        content: bytes = data.read()
        return content


class Problem:
    """The problem, as graders see it."""

    def __init__(self, given: Any) -> None:
        self.id = given["id"]
        self.time_limit = given["time_limit"]
        self.memory_limit = given["memory_limit"]
        self.config = _config(given["config"])
        self.meta = Config()
        self.problem_data = _ProblemData()
        self.storage_namespace = None


class TestCase(base.Case):
    """One test."""

    def __init__(self, question: dict[str, Any], test: Any, problem: Problem) -> None:
        super().__init__(question, b"", b"")
        self._test = test
        self.problem = problem
        self.config = Config({**problem.config, **_config(question["config"])})
        self.output_prefix_length = self.config.output_prefix_length

    def input_data(self) -> bytes:
        data: bytes = self._test.input.read()
        return data

    def output_data(self) -> bytes:
        return self._test.answer.read() if self._test.answer is not None else b""

    def input_data_io(self) -> io.BytesIO:
        return io.BytesIO(self.input_data())

    def input_data_fd(self) -> Any:
        raise NotImplementedError("input_data_fd: no descriptor leads from a judge program to a submission")

    def io_redirects(self) -> dict[str, Any]:
        """No file stands for a stream."""
        return {}

    def free_data(self) -> None:
        """Nothing is held."""


class BaseGrader:
    """What every grader has."""

    def __init__(self, judge: Any, problem: Problem, language: str, source: bytes) -> None:
        self.judge = judge
        self.problem = problem
        self.language = language
        self.source = source
        self._terminate_grading = False
        self._current_proc: Any = None
        self.binary = self._generate_binary()

    def grade(self, case: TestCase) -> Result:
        raise NotImplementedError("grade")

    def _generate_binary(self) -> Any:
        return settings.submission


class StandardGrader(BaseGrader):
    """Runs the submission on the input and asks the checker; each step may be replaced."""

    def grade(self, case: TestCase) -> Result:
        result = Result(case)
        self._launch_process(case)
        error = _fitting(self._interact_with_process, case, result, case.input_data())
        process = self._current_proc
        self.populate_result(error, result, process)
        check = self.check_result(case, result)
        if not isinstance(check, base.CheckerResult):
            check = base.CheckerResult(bool(check), case.points if check else 0.0)
        result.result_flag |= Result.AC if check.passed else Result.WA
        result.points = check.points
        result.extended_feedback = check.extended_feedback or result.extended_feedback
        self.update_feedback(check, error, process, result)
        return result

    def populate_result(self, error: Any, result: Result, process: Any) -> None:
        self.binary.populate_result(error, result, process)

    def update_feedback(self, check: Any, error: Any, process: Any, result: Result) -> None:
        result.update_feedback(error, process, self.binary, check.feedback)

    def check_result(self, case: TestCase, result: Result) -> Any:
        checker = case.checker()
        if result.result_flag and not getattr(checker.func, "run_on_error", False):
            return False
        try:
            return checker(
                result.proc_output or b"",
                case.output_data(),
                judge_input=case.input_data(),
                point_value=case.points,
                case_position=case.position,
                batch=case.batch,
                binary_data=case.has_binary_data,
                submission_source=self.source,
                submission_language=self.language,
                execution_time=result.execution_time,
                problem_id=self.problem.id,
                result=result,
                case=case,
            )
        except UnicodeDecodeError:
            return base.CheckerResult(False, 0, "invalid unicode")

    def _launch_process(self, case: TestCase, input_file: Any = None) -> None:
        self._current_proc = self.binary.launch(time=self.problem.time_limit, memory=self.problem.memory_limit)

    def _interact_with_process(self, case: TestCase, result: Result, input: Any = None) -> Any:
        try:
            fed = case.input_data() if input is None else input
            result.proc_output, error = self._current_proc.communicate(fed, outlimit=case.config.output_limit_length)
        except OutputLimitExceeded as exceeded:
            _, result.proc_output, error = exceeded.args
            result.result_flag |= Result.OLE
        return error


class Interactor(base.Interactor):
    """Words and lines to and from a live submission."""

    def __init__(self, process: Process) -> None:
        super().__init__(process.stdout, process.stdin)  # type: ignore[arg-type]
        self.process = process


class InteractiveGrader(StandardGrader):
    """Talks to the submission."""

    check: Any = False
    feedback: Any = None

    def _interact_with_process(self, case: TestCase, result: Result, input: Any = None) -> Any:
        interactor = Interactor(self._current_proc)
        self.check, self.feedback = False, None
        try:
            self.check = self.interact(case, interactor)
            interactor.close()
        except base.WrongAnswer as wrong:
            self.feedback = str(wrong)
        except OSError:
            pass
        self._current_proc.wait()
        return self._current_proc.stderr.read()

    def check_result(self, case: TestCase, result: Result) -> Any:
        if result.result_flag:
            return False
        if isinstance(self.check, base.CheckerResult):
            return self.check
        return base.CheckerResult(bool(self.check), case.points if self.check else 0.0, self.feedback)

    def interact(self, case: TestCase, interactor: Interactor) -> Any:
        raise NotImplementedError("interact")


def _fitting(method: Any, case: TestCase, result: Result, data: bytes) -> Any:
    """Older graders take the input as a third argument, newer ones read it themselves."""
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    takes_input = code is None or code.co_argcount > 3 or code.co_flags & 0x04
    return method(case, result, data) if takes_input else method(case, result)


#: What scripts may import, by module.
MODULES: dict[str, dict[str, Any]] = {
    "dmoj.result": {"CheckerResult": base.CheckerResult, "Result": Result},
    "dmoj.error": {
        "CompileError": CompileError, "InternalError": InternalError, "OutputLimitExceeded": OutputLimitExceeded,
    },
    "dmoj.graders": {
        "BaseGrader": BaseGrader, "StandardGrader": StandardGrader, "InteractiveGrader": InteractiveGrader,
    },
    "dmoj.graders.base": {"BaseGrader": BaseGrader},
    "dmoj.graders.standard": {"StandardGrader": StandardGrader, "Grader": StandardGrader},
    "dmoj.graders.interactive": {
        "InteractiveGrader": InteractiveGrader, "Interactor": Interactor, "WrongAnswer": base.WrongAnswer,
        "Grader": InteractiveGrader,
    },
    "dmoj.problem": {"TestCase": TestCase, "Problem": Problem},
    "dmoj.executors": {"executors": _Executors()},
    "dmoj.utils.helper_files": {"compile_with_auxiliary_files": compile_with_auxiliary_files},
}  # fmt: skip


class _Settings:
    """What the package says, and the compiled submission."""

    def __init__(self) -> None:
        given = json.loads(service.inputs.data[_SETTINGS].read())
        self.given = given
        self.submission: Any = None


def _say(name: str, result: Any, run: Any) -> tuple[str, float]:
    """Report one test, with the last run that it took; its verdict and points."""
    code = next((code for code in VERDICTS if result.result_flag & getattr(Result, code)), "AC")
    verdict = "AC" if code == "AC" else VERDICTS[code]
    points = float(result.points or 0)
    feedback = str(result.feedback or "")
    if verdict == "JE":
        service.fail(f"{name}: the custom judge says internal error: {feedback}")
    extended = str(result.extended_feedback or "")
    reason = "" if verdict == "AC" else feedback
    service.case(name, verdict, points, extended or feedback, team_feedback=feedback, reason=reason, run=run)
    return verdict, points


class _Walk:
    """Tests in order: a batch is worth its least test, and ends at its first test without points; so does everything
    at a rejected test or batch that is worth nothing."""

    def __init__(self, custom_judge: Any) -> None:
        self._custom_judge = custom_judge
        self._tests = {test.name: test for test in service.inputs.tests}
        self._passed: set[int] = set()
        self.verdict = "AC"
        self.score = 0.0

    def entry(self, entry: Any) -> bool:
        """Judge a test or batch; False = nothing comes after it."""
        if not self._passed.issuperset(entry["dependencies"]):
            self.verdict = "WA" if self.verdict == "AC" else self.verdict
            return True
        least, is_good = float(entry["points"]), True
        for name in entry["tests"]:
            verdict, points = self._test(name)
            least = min(least, points)
            if verdict != "AC":
                is_good = False
                self.verdict = verdict if self.verdict == "AC" else self.verdict
            if entry["batch"] and points <= 0 and entry["points"] > 0:
                break
            if not is_good and entry["points"] <= 0:
                return False
        if is_good and entry["batch"]:
            self._passed.add(entry["batch"])
        self.score += least
        return True

    def _test(self, name: str) -> tuple[str, float]:
        case = TestCase(settings.given["tests"][name], self._tests[name], problem)
        result = self._custom_judge.grade(case)
        process = self._custom_judge._current_proc
        if not isinstance(process, Process):
            return _say(name, result, None)
        if process.is_live and not process.is_over:
            process.kill()
        return _say(name, result, process.done)


def main() -> None:
    """Judge the submission."""
    submission = service.inputs.submission
    program = service.compile(submission)
    if not program.ok:
        service.finish("CE", 0, reason=(program.log.splitlines() or ["does not compile"])[0], feedback=program.log)
    settings.submission = Binary(program, (problem.time_limit, problem.memory_limit))
    base._offer_modules()
    for name, content in MODULES.items():
        module = sys.modules.setdefault(name, types.ModuleType(name))
        vars(module).update(content, __path__=[])
        parent, _, child = name.rpartition(".")
        setattr(sys.modules[parent], child, module)
    source = b"".join(data.read() for _, data in sorted(submission.files.items()))
    language = _EXECUTORS.get(program.language, program.language.upper())
    walk = _Walk(base._script(base.JUDGE_SCRIPT).Grader(types.SimpleNamespace(), problem, language, source))
    for entry in settings.given["entries"]:
        if not walk.entry(entry):
            break
    service.finish(walk.verdict, walk.score)


if __name__ == "__main__":
    settings = _Settings()
    problem = Problem(settings.given["problem"])
    main()
