"""Whatever a judge program does wrong is a judge error that names its line, and nothing else."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import msgspec
import pytest
from program_harness import ADD, ECHO, Stand, program

from judge.errors import CancelledError
from judge.model.event import unheard
from judge.model.problem import JudgeProgram, PackageFormat, Problem, Program, TestGroup
from judge.model.program import DEFAULT_QUOTAS, ProgramQuotas
from judge.model.report import Report
from judge.model.run import Outcome
from judge.model.submission import Submission
from judge.model.units import MIB, S_NS
from judge.model.verdict import Verdict
from judge.model.work import ProgramJudging, RequestedLimits, Work, WorkHeader, kind_of
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.program.request import Allowed, ProgramRequest
from judge.program.tasks.carried import StateHere
from judge.program.tasks.here import judged_here
from judge.program.tasks.of_work import judge_by_program

HEAD = "import judge_program as jp\n"


def quotas(**changes: int) -> ProgramQuotas:
    return msgspec.structs.replace(DEFAULT_QUOTAS, **changes)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x = 1\nraise ValueError('no such thing')\n", 3, "ValueError: no such thing"),
        ("def f():\n    return 1 // 0\n\nf()\n", 3, "ZeroDivisionError"),
        ("jp.compile({'a.py': 'x'}, 'klingon')\n", 2, "klingon"),
        ("jp.fail('the tests make no sense')\n", 2, "the tests make no sense"),
        ("\njp.finish('OK')\n", 3, "OK"),
        ("jp.case('1', 'CE')\njp.store(b'x')\n", 2, "cannot have CE"),
        ("jp.finish('AC', float('nan'))\n", 2, "ValueError"),
        ("jp.run(jp.compile(jp.inputs.submission), limits=jp.Limits(cpu_time=9999))\n", 2, "cpu_time_ns"),
        ("import os\nos.abort()\n", 1, "killed by SIGABRT"),
        ("jp.store(b'')\nimport os\nos._exit(3)\n", 2, "exit code 3"),
        ("jp.store(b'')\nraise SystemExit\n", 2, "finish() was never called"),
        ("jp.inputs.submissions[7]\n", 2, "IndexError"),
        ("class Data: pass\njp.Data({'handle': 77, 'size': 1}).read()\n", 3, "there is no data 77"),
        ("import os\nos.write(3, b'x' * 8)\njp.store(b'')\n", 1, "a call of 2021161080 bytes"),
        ("import os\nos.write(3, b'\\x02\\0\\0\\0\\0\\0\\0\\0{}')\njp.store(b'')\n", 1, "no call"),
        ("import os\nos.write(3, b'\\x09')\nos._exit(0)\n", 1, "breaks off"),
        ("import os\nos.close(3)\njp.store(b'')\n", 4, "OSError"),
        ("import os\nos.close(3)\nos.close(2)\nwhile True: pass\n", 1, "closed its way to the director"),
        ("x = bytearray(1 << 40)\n", 2, "MemoryError"),
    ],
)
def test_a_judge_error_names_the_line(stand: Stand, text: str, line: int, words: str) -> None:
    result = stand.judge(HEAD + text, ADD)
    assert result.verdict is Verdict.JE
    assert result.fault is not None
    assert words in result.reason, result
    assert result.fault.line == line, result
    if line and result.fault.file:
        assert result.reason.startswith(f"judging.py:{line}: ")


def test_carry_without_a_state_names_its_line_and_the_setting(stand: Stand, tmp_path: Path) -> None:
    (tmp_path / "judging.py").write_text(HEAD + "\njp.carry('best')\njp.finish('AC')\n")
    named = JudgeProgram(program=Program(name="judging.py", files=(("judging.py", str(tmp_path / "judging.py")),)))
    problem = Problem(
        name="p", path=str(tmp_path), format=PackageFormat.LEGACY, root=TestGroup(name="data"), judge_program=named
    )
    submission = Submission(id="s", package="p", sources=program(ADD).sources, language="python3")

    def judged(problem: Problem) -> Report:
        return judged_here(stand.runner.judge, submission, problem, DEFAULT_CEILINGS)

    report = judged(problem)
    assert report.verdict is Verdict.JE
    assert report.reason.startswith("judging.py:3: "), report.reason
    assert "carry: the package names no state; add 'state: NAME' to judge_program.yaml" in report.reason
    with_state = msgspec.structs.replace(problem, judge_program=msgspec.structs.replace(named, state="best"))
    assert judged(with_state).verdict is Verdict.AC


def test_carry_of_work_without_a_state_leaves_nothing(stand: Stand) -> None:
    task = ProgramJudging(program=program(HEAD + "jp.carry('best')\njp.finish('AC')\n", "judging.py"))
    work = Work(header=WorkHeader(id="w", kind=kind_of(task)), task=task)
    report = judge_by_program(stand.runner, work, task, unheard, StateHere(MIB), DEFAULT_QUOTAS)
    assert (report.verdict, report.state) == (Verdict.AC, None)


def test_what_it_prints_and_its_traceback_are_in_the_log(stand: Stand) -> None:
    result = stand.judge("import judge_program\nprint('looking\\x1b[31m')\n\n1 / 0\n")
    assert result.log.startswith("looking\nTraceback")
    assert result.log.endswith("ZeroDivisionError: division by zero")
    assert "judging.py" in result.log
    assert result.log.count("ZeroDivisionError") == 1


def test_a_mistake_of_syntax_is_a_judge_error(stand: Stand) -> None:
    result = stand.judge("x = 1\nif x\n    pass\n")
    assert result.fault is not None
    assert (result.fault.file, result.fault.line) == ("judging.py", 2)
    assert "SyntaxError" in result.reason


def test_one_that_hangs_names_the_line(stand: Stand) -> None:
    result = stand.judge(HEAD + "\n\nwhile True:\n    pass\n", quotas=quotas(own_cpu_time_ns=S_NS // 2))
    assert result.fault is not None, result
    assert result.fault.line in (4, 5), result
    assert result.run is not None
    assert result.run.outcome is Outcome.CPU_LIMIT
    assert "CPU time" in result.reason


def test_one_that_uses_too_much_memory_is_a_judge_error(stand: Stand) -> None:
    text = HEAD + "\nx = []\nwhile True:\n    x.append(bytes(1 << 20))\n"
    result = stand.judge(text, quotas=quotas(own_memory_bytes=64 * MIB))
    assert result.verdict is Verdict.JE
    assert "memory" in result.reason


def test_what_comes_after_the_verdict_does_not_count(stand: Stand) -> None:
    text = """
import os
from judge_program import _frame, _ask, case, inputs
_ask("finish", {"verdict": "WA", "score": 1.5})
os.write(3, _frame("finish", {"verdict": "AC"}, None))
os.write(3, _frame("case", {"name": "x", "verdict": "AC"}, None))
while True: pass
"""
    result = stand.judge(text)
    assert (result.verdict, result.score, result.cases, result.fault) == (Verdict.WA, 1.5, (), None)


@pytest.mark.parametrize(
    ("changes", "text", "quota"),
    [
        ({"runs": 2}, "for _ in range(3): jp.run(p, stdin='1 2')", "runs"),
        ({"programs": 1}, "jp.compile({'a.py': 'x'}, 'python3')", "programs"),
        ({"at_once": 2}, "q = [jp.start(p) for _ in range(3)]", "at_once"),
        ({"calls": 5}, "for _ in range(9): jp.store('x')", "calls"),
        ({"data_bytes": 1000}, "x = [jp.store('x' * 400) for _ in range(3)]", "data_bytes"),
        ({"handles": 5}, "x = [jp.store('x') for _ in range(9)]", "handles"),
        ({"cases": 1}, "jp.case('1', 'AC'); jp.case('2', 'AC'); jp.store('')", "cases"),
        ({"kept_files": 1}, "jp.keep('a', b'1'); jp.keep('b', b'1'); jp.store('')", "kept_files"),
        ({"kept_bytes": 10}, "jp.keep('a', b'1' * 11); jp.store('')", "kept_bytes"),
        ({"state_bytes": 10}, "jp.carry(b'1' * 11); jp.store('')", "state_bytes"),
        ({"wall_time_ns": S_NS // 10}, "import time; time.sleep(0.2); jp.store('')", "wall_time_ns"),
        ({"served_time_ns": 1}, "jp.store(''); jp.store('')", "served_time_ns"),
        ({"cpu_time_ns": S_NS // 5}, "b = jp.compile({'a.py': 'while 1: pass'}, 'python3'); jp.run(b)", "cpu_time_ns"),
    ],
)
def test_a_quota_that_is_used_up_is_told_by_its_name(
    stand: Stand, changes: dict[str, int], text: str, quota: str
) -> None:
    whole = f"""
import judge_program as jp
p = jp.compile(jp.inputs.submission)
try:
    {text}
except jp.QuotaError as error:
    print(error.quota)
    jp.finish("AC", feedback=error.quota)
"""
    result = stand.judge(whole, ADD, quotas=quotas(**changes))
    told = result.log.strip() or result.reason
    assert quota in told, result


def test_feedback_is_cut_and_never_an_error(stand: Stand) -> None:
    text = """
from judge_program import case, finish
for number in range(3):
    case(str(number), "AC", feedback="\\0" * 3_000_000, team_feedback="x" * 3_000_000)
finish("AC", feedback="y" * 100)
"""
    result = stand.judge(text, quotas=quotas(text_bytes=150_000))
    assert result.fault is None, result
    assert sum(len(case.feedback) + len(case.team_feedback) for case in result.cases) <= 150_000
    assert result.feedback == ""


def test_a_call_that_is_too_large_names_its_line(stand: Stand) -> None:
    result = stand.judge(HEAD + "p = jp.compile(jp.inputs.submission)\njp.run(p, args=['x' * 2_000_000])\n", ADD)
    assert result.fault is not None
    assert result.fault.line == 3
    assert "too large" in result.reason


@pytest.mark.parametrize(
    "limits",
    [
        "memory_bytes=1",
        "processes=1",
        "disk_bytes=1",
        "cpu_time=1e-9",
        "wall_time=1e-9",
        "stdout_bytes=1",
        "stderr_bytes=1",
    ],
)
def test_the_least_limits_are_no_fault(stand: Stand, limits: str) -> None:
    text = f"""
from judge_program import Limits, compile, finish, inputs, run, start
program = compile(inputs.submission)
limits = Limits({limits})
outcome = run(program, stdin="1 2", limits=limits).outcome
with start(program, limits=limits) as process:
    process.write("1 2\\n")
    process.read_line()
finish("AC", feedback=outcome)
"""
    assert stand.judge(text, ADD).fault is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("collect=['x' * 200] * 200", "names have more"),
        ("collect=['../x']", "no relative path"),
        ("files={'a/../b': 'x'}", "not a relative path"),
        ("files={'a': 'x', 'a/b': 'y'}", "directory of this name"),
        ("files={'x' * 300: 'y'}", "too long"),
        ("files={str(n): '' for n in range(2000)}", "more than one run is given"),
        ("args=['a\\0b']", "no program can be given it"),
        ("args=['x' * 200_000]", "arguments have"),
        ("args=['x'] * 2000", "words"),
        ("limits=jp.Limits(cpu_time=-1)", "negative"),
    ],
)
def test_what_no_run_can_be_given_is_refused(stand: Stand, arguments: str, words: str) -> None:
    text = f"""
import judge_program as jp
program = jp.compile(jp.inputs.submission)
for what in (jp.run, jp.start):
    try:
        what(program, {arguments})
    except jp.CallError as error:
        said = str(error)
jp.finish("AC", feedback=said)
"""
    result = stand.judge(text, ADD)
    assert words in result.feedback, result


def test_a_refusal_that_is_caught_is_no_fault(stand: Stand) -> None:
    text = """
from judge_program import CallError, Limits, compile, finish, inputs, run
program = compile(inputs.submission)
try:
    run(program, limits=Limits(memory_bytes=1 << 50))
except CallError as error:
    finish("AC", feedback=str(error))
"""
    result = stand.judge(text, ADD)
    assert "limits.memory_bytes" in result.feedback


def test_no_limit_is_widened(stand: Stand) -> None:
    granted = RequestedLimits(cpu_time_ns=S_NS, memory_bytes=64 * MIB)
    text = """
from judge_program import CallError, Limits, compile, finish, inputs, run
program = compile(inputs.submission)
refused = []
for limits in (Limits(cpu_time=1.1), Limits(memory_bytes=65 << 20)):
    try:
        run(program, limits=limits)
    except CallError as error:
        refused.append(str(error))
less = run(program, stdin="1 2", limits=Limits(cpu_time=0.9, memory_bytes=63 << 20))
finish("AC", feedback=f"{len(refused)} {less.ok}")
"""
    result = stand.judge(text, ADD, submitted=Allowed(usual=granted, most=granted))
    assert result.feedback == "2 True", result


def test_memory_of_programs_at_once_is_bounded_together(stand: Stand) -> None:
    text = """
from judge_program import CallError, Limits, compile, finish, inputs, start
program = compile(inputs.submission)
try:
    all = [start(program, limits=Limits(memory_bytes=6 << 30)) for _ in range(3)]
except CallError as error:
    finish("AC", feedback=str(error))
"""
    result = stand.judge(text, ECHO)
    assert "of memory in all" in result.feedback


def test_a_cancelled_slot_is_no_judge_error(stand: Stand) -> None:
    stand.runner.slot.cancel(hold=True)
    try:
        with pytest.raises(CancelledError):
            stand.judge(HEAD + "while True: pass\n")
    finally:
        stand.runner.slot.forget_cancel()
    assert stand.judge(HEAD + "jp.finish('AC')\n").verdict is Verdict.AC


def test_seeds_come_from_the_work(stand: Stand) -> None:
    text = """
import random
from judge_program import finish, inputs
finish("AC", feedback=f"{hash('x')} {random.random()} {inputs.seed}")
"""
    later = text.replace("import random\n", "").replace("finish(", "import random\nfinish(")
    first, second = stand.judge(text), stand.judge(text)
    other = stand.judge(text, digest="sha256:2")
    assert first.feedback == second.feedback
    assert first.feedback.split()[1] == stand.judge(later).feedback.split()[1]
    assert str(first.seed) == first.feedback.split()[2]
    assert other.feedback.split()[0] != first.feedback.split()[0]
    assert other.feedback.split()[1] != first.feedback.split()[1]


def test_descriptors_that_it_sends_along_are_closed(stand: Stand) -> None:
    before = len(os.listdir("/proc/self/fd"))
    text = """
import socket, array
from judge_program import _frame, store, finish
sock = socket.socket(fileno=3)
for _ in range(50):
    frame = _frame("progress", {"done": 1}, None)
    sock.sendmsg([frame], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
sock.detach()
store(b"")
finish("AC")
"""
    result = stand.judge(text)
    assert result.verdict is Verdict.AC, result
    assert len(os.listdir("/proc/self/fd")) <= before + 4


def test_threads_may_call(stand: Stand) -> None:
    text = """
import threading
from judge_program import finish, store
wrong = []
def work(letter):
    for number in range(50):
        data = store(letter * number)
        if data.read() != letter.encode() * number:
            wrong.append(letter)
threads = [threading.Thread(target=work, args=(letter,)) for letter in "abcdefgh"]
for thread in threads: thread.start()
for thread in threads: thread.join()
finish("WA" if wrong else "AC")
"""
    assert stand.judge(text).verdict is Verdict.AC


def test_nothing_stays_open_when_it_is_over(stand: Stand) -> None:
    text = """
from judge_program import compile, finish, inputs, start
players = [start(compile(inputs.submission)) for _ in range(3)]
finish("AC")
"""
    stand.judge(text, ECHO)
    before = open_ends()
    for _ in range(5):
        stand.judge(text, ECHO)
    assert open_ends() <= before + 5


def open_ends() -> int:
    """Descriptors of ours that lead to programs or hold their data."""
    gc.collect()
    links = [os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return sum(link.startswith(("pipe:", "socket:", "/memfd:")) for link in links)


def test_it_finds_what_lies_beside_it_and_keeps_files(stand: Stand) -> None:
    text = """
from judge_program import carry, finish, inputs, keep
keep("table.txt", open("table.txt").read() + inputs.parameters["more"])
carry(inputs.state.data.read() + b"!")
finish("AC", feedback=str(inputs.state.version))
"""
    from judge.model.work import Data
    from judge.program.request import StateInput

    result = stand.judge(
        text,
        beside={"table.txt": Data(content=b"1,2")},
        parameters={"more": ",3"},
        state=StateInput(content=b"best", version=4),
    )
    assert result.feedback == "4", result
    assert result.state == b"best!"
    assert stand.runner.blobs.read("", result.kept[0].blob, 100) == b"1,2,3"


def test_a_program_that_does_not_compile_is_told_so(stand: Stand) -> None:
    request = ProgramRequest(id="x", program=program("int main() { return x; }", "judge.cpp"), digest="1")
    result = stand.direct(request)
    assert result.fault is not None
    assert "does not compile" in result.reason
