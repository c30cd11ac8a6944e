"""Live programs of a judge program: matches, deadlines by CPU time, several at once, and programs joined by pipes."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from program_harness import ECHO, Stand

from judge.model.units import S_NS
from judge.model.verdict import Verdict
from judge.model.work import Data
from judge.sandbox import beside
from judge.sandbox.resources import SlotResources

#: A player that says which move it is, and one that computes for ever at its third.
COUNTS = "import sys\nfor number, line in enumerate(sys.stdin):\n    print(number, line.strip(), flush=True)\n"
THINKS = """import sys
for number, line in enumerate(sys.stdin):
    while number == 2:
        pass
    print(number, flush=True)
"""


def test_a_live_program_is_written_to_and_read_from(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import *
import judge_program
program = compile(inputs.submission)
with start(program) as player:
    player.write("one\\n")
    first = player.read_line()
    player.write("two\\nthree\\n", close=True)
    rest = player.read()
    done = player.wait()
finish("AC", feedback=f"{first.text}|{rest.decode()!r}|{rest.end}|{done.exit_code}")
""",
        ECHO,
    )
    assert result.feedback == "> one|'> two\\n> three\\n'|True|0", result


def test_two_submissions_meet_move_by_move(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import compile, finish, inputs, start
players = [start(compile(one)) for one in inputs.submissions]
said = ""
for move in range(6):
    player = players[move % 2]
    player.write(f"{said}\\n")
    said = player.read_line(cpu_time=1).text
finish("AC", feedback=said)
""",
        COUNTS,
        ECHO,
    )
    assert result.feedback == "> 2 > 1 > 0", result


def test_a_move_is_timed_by_cpu(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import compile, finish, inputs, start
player = start(compile(inputs.submission))
late = []
for move in range(3):
    player.write("go\\n")
    late.append(player.read_line(cpu_time=0.2).late)
finish("TLE", feedback=repr(late))
""",
        THINKS,
    )
    assert (result.verdict, result.feedback) == (Verdict.TLE, "['', '', 'CPU']"), result


def test_a_player_that_waits_for_its_turn_is_not_idle(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import Limits, compile, finish, inputs, run, start
waits, works = (compile(one) for one in inputs.submissions)
player = start(waits, limits=Limits(cpu_time=1))
done = run(works)
player.write("still there\\n")
finish("AC", feedback=f"{done.outcome} {player.read_line().text}")
""",
        ECHO,
        "import time\ntime.sleep(2.5)\nsum(range(10**6))\ntime.sleep(0.5)\n",
    )
    assert result.feedback.endswith("> still there"), result


def test_a_player_that_is_over_says_so(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import compile, finish, inputs, start
player = start(compile(inputs.submission))
line = player.read_line()
more = player.read_line()
player.write("nobody reads this\\n")
done = player.wait()
finish(done.verdict, feedback=f"{line.text} {more.end} {more!r} {done.exit_code} {done.stderr.text().strip()}")
""",
        "import sys\nprint('bye')\nsys.exit('gone')\n",
    )
    assert (result.verdict, result.feedback) == (Verdict.RTE, "bye True b'' 1 gone"), result


def test_what_was_not_read_is_in_the_run(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import compile, finish, inputs, start
player = start(compile(inputs.submission))
player.read_line()
done = player.wait()
finish("AC", feedback=f"{done.stdout.text()!r}")
""",
        "print('one')\nprint('two')\n",
    )
    assert result.feedback == "'two\\n'", result


def test_a_program_that_is_stopped_is_no_cancelled_work(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import compile, finish, inputs, run, start
program = compile(inputs.submission)
with start(program) as player:
    player.write("x\\n")
    player.read_line()
stopped = player.stop()
again = run(program, stdin="y\\n")
finish("AC", feedback=f"{stopped.outcome} {again.stdout.text()!r}")
""",
        ECHO,
    )
    assert result.feedback == "CANCELLED '> y\\n'", result


@pytest.mark.parametrize(
    "reading", ["player.read()", "[player.read_line(size=10**9) for _ in range(3)]", "player.wait()"]
)
def test_a_player_that_floods_is_over_its_limit_and_no_judge_error(stand: Stand, reading: str) -> None:
    result = stand.judge(
        f"""
from judge_program import Limits, compile, finish, inputs, start
player = start(compile(inputs.submission), limits=Limits(stdout_bytes=3_000_000))
{reading}
done = player.wait()
finish(done.verdict, feedback=done.outcome)
""",
        "while True: print('x' * 65535, end='')\n",
    )
    assert (result.verdict, result.feedback) == (Verdict.OLE, "OUTPUT_LIMIT"), result


def test_a_player_that_does_not_read_holds_up_nobody(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import Limits, compile, finish, inputs, start
player = start(compile(inputs.submission), limits=Limits(cpu_time=1, wall_time=3))
for _ in range(40):
    player.write("x" * 10_000)
late = player.read_line(cpu_time=0.5)
finish(player.wait().verdict, feedback=f"{late.late or late.end}")
""",
        "import time\ntime.sleep(60)\n",
    )
    assert (result.verdict, result.feedback) == (Verdict.TLE, "True"), result


def test_much_goes_through_a_live_program(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import compile, finish, inputs, start
player = start(compile(inputs.submission))
data = bytes(range(256)) * 8000
player.write(data, close=True)
back = player.read()
finish("AC", feedback=f"{back == data} {back.end} {player.wait().ok}")
""",
        "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())\n",
    )
    assert result.feedback == "True True True", result


def test_programs_are_joined_crosswise(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import Peer, Pipe, compile, connect, finish, inputs
asks, adds = (compile(one) for one in inputs.submissions)
both = connect([Peer(asks, ["20", "22"]), adds], [Pipe(0, 1, record=100), Pipe(1, 0)])
finish("AC", feedback=f"{both.runs[0].stderr.text()} {both.records[0].read()} {sorted(both.order)}")
""",
        "import sys\nprint(*sys.argv[1:], flush=True)\nsys.stderr.write(input())\n",
        "a, b = map(int, input().split())\nprint(a + b, flush=True)\n",
    )
    assert result.feedback == "42 b'20 22\\n' [0, 1]", result


def test_a_manager_speaks_with_many_copies_of_a_submission(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import Peer, Pipe, compile, connect, finish, inputs
manager = compile({"manager.py": inputs.data["manager"]})
copy = compile(inputs.submission)
pipes = [Pipe(0, 1 + i, source_fd=3 + 2 * i) for i in range(4)]
pipes += [Pipe(1 + i, 0, target_fd=4 + 2 * i) for i in range(4)]
all = connect([Peer(manager), *[Peer(copy) for _ in range(4)]], pipes)
finish("AC", feedback=all.runs[0].stdout.text())
""",
        "print(int(input()) ** 2, flush=True)\n",
        data={
            "manager": _data(
                "import os\n"
                "for i in range(4): os.write(3 + 2 * i, b'%d\\n' % (i + 1))\n"
                "print(sum(int(os.read(4 + 2 * i, 99)) for i in range(4)))\n"
            )
        },
    )
    assert result.feedback == "30\n", result


def test_an_output_is_asked_of_a_validator(stand: Stand) -> None:
    validator = """
import sys
given, answer = open(sys.argv[1]).read(), open(sys.argv[2]).read()
open(sys.argv[3] + "/judgemessage.txt", "w").write("looked at")
sys.exit(42 if sys.stdin.read().split() == answer.split() else 43)
"""
    result = stand.judge(
        """
from judge_program import compile, finish, inputs, validate
program = compile({"validate.py": inputs.data["validator"]}, "python3")
good = validate(program, input="1 2", answer="3", output="3\\n")
bad = validate(program, input="1 2", answer="3", output="4\\n")
finish("AC", feedback=f"{bool(good)} {bool(bad)} {bad.reason}")
""",
        data={"validator": _data(validator)},
    )
    assert result.feedback == "True False looked at", result


def test_programs_come_and_go_without_end(stand: Stand) -> None:
    result = stand.judge(
        """
from judge_program import CallError, Peer, Pipe, compile, connect, finish, inputs, run, start
program = compile(inputs.submission)
small = {"data.txt": "x"}
for turn in range(3):
    live = [start(program, files=small if number % 2 else {}) for number in range(8)]
    joined = connect([Peer(program) for _ in range(8)], [Pipe(number, number + 1) for number in range(7)])
    run(program, stdin="x", files=small)
    for process in live:
        process.stop()
for turn in range(30):
    try:
        run(program, files={f"d{turn}/{number}": "x" for number in range(900)}, limits=None)
        run(program, files={"main.py/x": ""})
    except CallError as error:
        refused = str(error)
finish("AC", feedback=str([one.ok for one in joined].count(True)))
""",
        ECHO,
    )
    assert result.feedback == "8", result


@pytest.mark.parametrize(
    ("pipes", "words"),
    [
        ("[Pipe(0, 2)]", "there is no program 2"),
        ("[Pipe(0, 0)]", "the same program"),
        ("[Pipe(0, 1), Pipe(0, 1)]", "joined to something already"),
        ("[Pipe(0, 1, source_fd=0)]", "standard input is read"),
        ("[Pipe(0, 1, source_fd=20)]", "descriptors are 0 to 19"),
    ],
)
def test_pipes_that_cannot_be_are_refused(stand: Stand, pipes: str, words: str) -> None:
    result = stand.judge(
        f"""
from judge_program import CallError, Pipe, compile, connect, finish, inputs
program = compile(inputs.submission)
try:
    connect([program, program], {pipes})
except CallError as error:
    finish("AC", feedback=str(error))
""",
        ECHO,
    )
    assert words in result.feedback, result


def _data(text: str) -> Data:
    return Data(content=text.encode())


def test_time_in_which_the_slot_stands_frozen_is_charged_to_nobody(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slot is frozen while the judge program waits for a run, an hour passes on this process's clock, it thaws:
    an hour is more than any limit of the run, of the judge program and of all together."""
    hour_ns = 3600 * S_NS
    passed_ns: list[int] = []
    real_ns, real_wait = time.monotonic_ns, beside.wait_beside

    def wait(resources: SlotResources, wanted: Mapping[int, int], until_ns: int = 1 << 60) -> None:
        if not passed_ns:
            stand.runner.slot.freeze()
            passed_ns.append(hour_ns)
            stand.runner.slot.thaw()
        real_wait(resources, wanted, until_ns)

    monkeypatch.setattr(time, "monotonic_ns", lambda: real_ns() + sum(passed_ns))
    monkeypatch.setattr(beside, "wait_beside", wait)
    result = stand.judge(
        """
from judge_program import case, compile, finish, inputs, start
player = start(compile(inputs.submission))
player.write("one\\n")
done = player.wait()
case("1", "AC" if done.ok else done.verdict, run=done)
finish("AC", feedback=f"{done.outcome}|{done.stdout.text()}")
""",
        ECHO,
    )
    assert passed_ns, "the slot was never frozen"
    assert (result.verdict, result.fault) == (Verdict.AC, None), result
    assert result.feedback == "EXITED|> one\n", result
    assert [case.verdict for case in result.cases] == [Verdict.AC]
    ran, own = result.cases[0].run, result.run
    assert ran is not None and own is not None
    used_ns = (ran.usage.wall_time_ns, own.usage.wall_time_ns, result.totals.wall_time_ns, result.totals.cpu_time_ns)
    assert all(0 <= one_ns < hour_ns // 2 for one_ns in used_ns), used_ns
