"""Grading in the real sandbox: conversations, several slots, and the two commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from judge.assembly import open_judge, open_judges
from judge.bench.grade import make_package
from judge.cli.main import main
from judge.config import Settings
from judge.grading.calibrate import with_limit
from judge.grading.pipeline import Judge
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.units import MS_NS
from judge.model.verdict import Verdict
from judge.package.kattis.reader import read_package

#: How many times slower than usual this machine is (an emulated one, say).
PATIENCE = int(os.environ.get("JUDGE_TEST_PATIENCE", "1"))
EXAMPLES = Path(__file__).parents[2] / "examples"


def package(root: Path, validator: str, *, interactive: bool = True, cases: int = 1) -> Path:
    """A package whose validator is this Python program."""
    kind = "custom interactive" if interactive else "custom"
    files = {
        "problem.yaml": f"name: Talk\nvalidation: {kind}\nlimits:\n  validation_time: 2\n",
        "output_validators/referee.py": validator,
        "input_validators/any.py": "import sys\nsys.exit(42)\n",
    }
    for number in range(cases):
        files[f"data/secret/{number}.in"] = f"{number + 5}\n"
        files[f"data/secret/{number}.ans"] = "42\n"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def grade(judge: Judge, root: Path, program: str, name: str = "a.py", limit_ms: int = 500) -> Report:
    problem = with_limit(read_package(root), limit_ms * PATIENCE * MS_NS)
    source = SourceFile(name=name, content=program.encode())
    return judge.judge(Submission(id="s", package=str(root), sources=(source,)), problem)


#: Sends the input's number and wants its double; says why in its judge message.
REFEREE = """
import sys
wanted = 2 * int(open(sys.argv[1]).read())
print(wanted // 2, flush=True)
line = sys.stdin.readline()
with open(sys.argv[3] + "judgemessage.txt", "w") as message:
    message.write(f"heard {line!r}")
sys.exit(42 if line.strip() == str(wanted) else 43)
"""

#: Rejects at once, without listening.
STRICT = "import sys\nsys.exit(43)\n"
#: Accepts at once, without listening.
KIND = "import sys\nsys.exit(42)\n"


class TestConversations:
    @pytest.mark.parametrize(
        ("referee", "program", "verdict"),
        [
            (REFEREE, "print(2 * int(input()))", Verdict.AC),
            (REFEREE, "print(int(input()))", Verdict.WA),
            (REFEREE, "input()", Verdict.WA),
            (REFEREE, "import os\nn = int(input())\nos.write(1, b'%d\\n' % (2 * n))\nos._exit(0)", Verdict.AC),
            (REFEREE, "import sys\ninput()\nsys.exit(3)", Verdict.RTE),
            (REFEREE, "input()\ninput()", Verdict.TLE),  # both wait: a deadlock is the submission's
            (REFEREE, "while True: pass", Verdict.TLE),
            (REFEREE, "import os\nos.close(1)\nwhile True: pass", Verdict.TLE),  # it goes on: its own end decides
            (STRICT, "while True: print('x' * 1000)", Verdict.WA),
            (STRICT, "while True: pass", Verdict.WA),
            (STRICT, "import sys\nsys.stdin.read()\nprint('to nobody', flush=True)\nsys.exit(1)", Verdict.WA),
            (KIND, "print('to nobody')", Verdict.AC),
            (KIND, "while True: print('x' * 100000)", Verdict.OLE),
            ("import sys\nsys.exit(1)", "input()", Verdict.JE),
            ("import time\ntime.sleep(60)", "input()", Verdict.JE),
            ("while True: pass", "print(1)", Verdict.JE),
            # It takes what it is sent in large pieces: its own CPU time is never what ends first.
            ("while True: print('x' * 1000)", "import sys\nwhile sys.stdin.buffer.read(1 << 16): pass", Verdict.JE),
        ],
    )
    def test_who_failed_first(self, judge: Judge, tmp_path: Path, referee: str, program: str, verdict: Verdict) -> None:
        report = grade(judge, package(tmp_path, referee), program)
        assert (report.verdict, report.reason) == (verdict, report.reason)
        if verdict is Verdict.JE:
            assert "referee.py" in report.reason

    def test_transcript_and_message_are_kept(self, judge: Judge, tmp_path: Path) -> None:
        report = grade(judge, package(tmp_path, REFEREE), "print(int(input()))")
        assert report.root is not None
        case = report.root.groups[0].cases[0]
        assert case.transcript == "<5\n>5"
        assert case.feedback == "heard '5\\n'"
        assert case.reason == "heard '5\\n'"


class TestValidators:
    def test_it_reads_input_answer_and_output_and_writes_feedback(self, judge: Judge, tmp_path: Path) -> None:
        check = (
            "import sys\n"
            "seen = [open(sys.argv[1]).read(), open(sys.argv[2]).read(), sys.stdin.read()]\n"
            "open(sys.argv[3] + 'teammessage.txt', 'w').write(repr(seen))\n"
            "sys.exit(43)\n"
        )
        report = grade(judge, package(tmp_path, check, interactive=False), "print('hello')")
        assert report.root is not None
        assert report.root.groups[0].cases[0].team_feedback == repr(["5\n", "42\n", "hello\n"])

    def test_a_submission_cannot_find_the_answer(self, judge: Judge, tmp_path: Path) -> None:
        spy = (
            "import os\n"
            "seen = []\n"
            "for fd in range(64):\n"
            "    try: seen.append(os.pread(fd, 100, 0))\n"
            "    except OSError: pass\n"
            "print(seen, [n for p, d, f in os.walk('/work') for n in f])\n"
        )
        check = "import sys\nsys.exit(43 if '42' in sys.stdin.read() else 42)\n"
        report = grade(judge, package(tmp_path, check, interactive=False), spy)
        assert report.verdict is Verdict.AC


def test_several_slots_judge_as_one(state: Path, tmp_path: Path) -> None:
    check = "import sys\nsys.exit(42 if sys.stdin.read().strip() == open(sys.argv[1]).read().strip() else 43)\n"
    root = package(tmp_path, check, interactive=False, cases=24)
    program = "n = int(input())\nprint(n if n < 20 else 0)\n"
    problem = with_limit(read_package(root), 2000 * MS_NS)
    submission = Submission(
        id="s", package="", sources=(SourceFile(name="a.py", content=program.encode()),), language="python3"
    )

    def verdicts(report: Report) -> list[tuple[str, Verdict | None]]:
        assert report.root is not None
        return [(case.name, case.verdict) for case in report.root.groups[0].cases]

    with open_judge(Settings(state_dir=str(state)), slots=1) as one:
        expected = one.judge(submission, problem)
    with open_judge(Settings(state_dir=str(state)), slots=3) as several:
        report = several.judge(submission, problem)
    assert expected.verdict is Verdict.WA
    assert verdicts(report) == verdicts(expected)
    assert report.deciding_case == expected.deciding_case


def test_judges_with_a_slot_each_share_everything_else(state: Path) -> None:
    with open_judges(Settings(state_dir=str(state)), 2) as judges:
        assert judges[0].data is judges[1].data
        assert judges[0].lock is judges[1].lock is not None
        assert judges[0].slots != judges[1].slots


def test_more_test_data_than_a_process_usually_may_have_open(state: Path, tmp_path: Path) -> None:
    root = make_package(tmp_path / "many", 250)  # 500 files
    command = [sys.executable, "-m", "judge", "grade", str(root), str(root / "submissions/accepted/sum.c"), "--json"]
    environment = {**os.environ, "JUDGE_STATE_DIR": str(state), "JUDGE_CONFIG": os.devnull}
    done = subprocess.run(
        ["sh", "-c", 'ulimit -S -n 256 && exec "$@"', "sh", *command],
        env=environment,
        capture_output=True,
        timeout=120 * PATIENCE,
        check=False,
    )
    assert json.loads(done.stdout)["verdict"] == "AC", done.stderr.decode()


class TestCommands:
    @pytest.fixture(autouse=True)
    def own_state(self, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JUDGE_STATE_DIR", str(state))
        monkeypatch.setenv("JUDGE_CONFIG", os.devnull)

    def json_of(self, capsys: pytest.CaptureFixture[str]) -> Any:
        return json.loads(capsys.readouterr().out)

    @pytest.mark.parametrize(
        ("name", "code", "verdict"),
        [
            ("accepted/sum.c", 0, "AC"),
            ("wrong_answer/minus.py", 1, "WA"),
            ("run_time_error/abort.c", 1, "RTE"),
            ("compiler_error/syntax.c", 1, "CE"),
            ("output_limit/flood.c", 1, "OLE"),
            ("memory_limit_exceeded/hoard.c", 1, "MLE"),
        ],
    )
    def test_grade(self, capsys: pytest.CaptureFixture[str], name: str, code: int, verdict: str) -> None:
        package = str(EXAMPLES / "sum")
        assert main(["grade", package, str(EXAMPLES / "sum/submissions" / name), "--json"]) == code
        report = self.json_of(capsys)
        assert report["verdict"] == verdict
        assert report["version"] == 1

    def test_grade_generates_what_tests_do_not_name(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "init.yml").write_text("generator: gen.py\ntest_cases:\n- {generator_args: [3], points: 7}\n")
        (tmp_path / "gen.py").write_text("import sys\nprint(sys.argv[1])\nprint(9, file=sys.stderr)\n")
        (tmp_path / "a.py").write_text("print(int(input()) ** 2)")
        assert main(["grade", str(tmp_path), str(tmp_path / "a.py"), "--json"]) == 0
        assert self.json_of(capsys)["score"] == 7
        (tmp_path / "gen.py").write_text("raise SystemExit(2)")
        assert main(["grade", str(tmp_path), str(tmp_path / "a.py"), "--json"]) == 3
        assert "gen.py ended with exit code 2" in capsys.readouterr().err

    def test_grade_of_a_faulty_package_is_a_judge_error(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        root = package(tmp_path / "broken", "import sys\nsys.exit(7)\n", interactive=False)
        (tmp_path / "a.py").write_text("print(1)")
        assert main(["grade", str(root), str(tmp_path / "a.py"), "--time-limit", "1", "--json"]) == 5
        assert "referee.py" in self.json_of(capsys)["why"]

    def test_what_a_crashing_validator_said_is_shown_by_grade_and_verify(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        root = package(tmp_path / "broken", "import sys\nprint(sys.argv[99])\n", interactive=False)
        program = root / "submissions" / "accepted" / "a.py"
        program.parent.mkdir(parents=True)
        program.write_text("print(1)")
        assert main(["grade", str(root), str(program), "--time-limit", "1"]) == 5
        assert "IndexError" in capsys.readouterr().out
        assert main(["verify", str(root), "--time-limit", "1", "--no-data"]) == 1
        assert "IndexError" in capsys.readouterr().out
        assert main(["verify", str(root), "--time-limit", "1", "--no-data", "--json"]) == 1
        (one,) = self.json_of(capsys)["packages"][0]["submissions"]
        assert "IndexError" in one["case"]["feedback"]

    def test_what_a_program_printed_is_in_the_report(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("print('so far')\nprint(nothing)\n")
        words = ["grade", str(EXAMPLES / "sum"), str(tmp_path / "a.py")]
        assert main([*words, "--json"]) == 1
        report = self.json_of(capsys)
        assert report["why"] == "exit code 1: NameError: name 'nothing' is not defined"
        case = report["root"]["groups"][0]["cases"][0]
        assert (case["sample"], case["ending"], case["stdout"]["head"]) == (True, "exit code 1", "so far\n")
        assert case["stderr"]["head"].endswith("NameError: name 'nothing' is not defined\n")
        assert main([*words, "--view", "contestant"]) == 1
        assert "so far" in capsys.readouterr().out

    @pytest.mark.parametrize("given", [[], ["--stdin", "-"]])
    def test_run_passes_on_what_is_piped_in(self, tmp_path: Path, given: list[str]) -> None:
        (tmp_path / "a.py").write_text("print('got', input())")
        words = [sys.executable, "-m", "judge", "run", str(tmp_path / "a.py"), *given]
        done = subprocess.run(words, input="this\n", capture_output=True, text=True, check=True)
        assert done.stdout == "got this\n"

    def test_run(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "in").write_text("20 22\n")
        program = str(EXAMPLES / "sum/submissions/accepted/sum.c")
        assert main(["run", program, "--stdin", str(tmp_path / "in"), "--json"]) == 0
        output = self.json_of(capsys)
        assert (output["outcome"], output["exit_code"], output["signal"]) == ("EXITED", 0, None)
        assert (output["stdout"], output["stderr"]) == ("42\n", "")
        usage = output["usage"]
        names = ("cpu_time_ns", "cpu_user_ns", "cpu_system_ns", "wall_time_ns", "memory_peak_bytes", "pids_peak")
        assert all(isinstance(usage[name], int) and usage[name] >= 0 for name in names)

    @pytest.mark.parametrize(
        ("program", "options", "outcome"),
        [
            ("import sys\nsys.exit(3)", [], "EXITED"),
            ("while True: pass", ["--time", "0.3"], "CPU_LIMIT"),
            ("import time\ntime.sleep(60)", ["--wall", "0.5"], "WALL_LIMIT"),
            ("x = bytearray(1 << 30)", ["--memory", "64M"], "MEMORY_LIMIT"),
            ("while True: print('x' * 9999)", ["--output", "1M"], "OUTPUT_LIMIT"),
            ("import os\nos.kill(os.getpid(), 9)", [], "SIGNALLED"),
        ],
    )
    def test_run_under_limits(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, program: str, options: list[str], outcome: str
    ) -> None:
        (tmp_path / "a.py").write_text(program)
        assert main(["run", str(tmp_path / "a.py"), *options, "--json"]) == 1
        assert self.json_of(capsys)["outcome"] == outcome

    def test_run_of_what_does_not_compile(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "a.c").write_text("int main(void) { return oops; }")
        assert main(["run", str(tmp_path / "a.c"), "--json"]) == 1
        output = self.json_of(capsys)
        assert output["outcome"] == "COMPILE_ERROR"
        assert "oops" in output["compile_log"]

    @pytest.mark.parametrize(
        ("words", "code", "named"),
        [
            (["run", "nowhere.c"], 2, "nowhere.c"),
            (["run", "{a.py}", "--stdin", "nowhere.in"], 2, "nowhere.in"),
            (["run", "{a.py}", "--language", "klingon"], 4, "klingon"),
            (["run", "{a.odd}"], 4, "a.odd"),
            (["grade", "nowhere", "{a.py}"], 2, "nowhere"),
            (["grade", "{broken}", "{a.py}"], 3, "problem.yaml:2"),
            (["grade", "{empty}", "{a.py}"], 3, "no test cases"),
            (["grade", "{sum}", "nowhere.c"], 2, "nowhere.c"),
            (["grade", "{sum}", "{a.py}", "--language", "klingon"], 4, "klingon"),
        ],
    )
    def test_mistakes_get_one_line(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], code: int, named: str
    ) -> None:
        for name in ("a.py", "a.odd"):
            (tmp_path / name).write_text("print(1)\n")
        for name, text in (("broken", "name: [\n"), ("empty", "name: x\n")):
            (tmp_path / name).mkdir()
            (tmp_path / name / "problem.yaml").write_text(text)
        places = {"sum": str(EXAMPLES / "sum")}
        chosen = [places.get(w[1:-1], str(tmp_path / w[1:-1])) if w.startswith("{") else w for w in words]
        assert main(chosen) == code
        captured = capsys.readouterr()
        assert named in captured.err
        assert captured.err.count("\n") == 1
        assert "Traceback" not in captured.err
