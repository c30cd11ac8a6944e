"""Sound packages that use every key of their format, for :mod:`package_fuzz` to spoil."""

from __future__ import annotations

import io
import zipfile


def _zipped(files: dict[str, bytes]) -> bytes:
    """An archive whose bytes are always the same."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return written.getvalue()


_LIMITS = b"""limits:
  time_limit: 1
  time_resolution: 0.5
  memory: 256
  output: 4
  code: 64
  compilation_time: 20
  compilation_memory: 512
  validation_time: 20
  validation_memory: 512
  validation_output: 4
  validation_passes: 3
"""
_DATA = {
    "data/sample/1.in": b"1\n",
    "data/sample/1.ans": b"1\n",
    "data/sample/1.out": b"1\n",
    "data/secret/a/1.in": b"1\n",
    "data/secret/a/1.ans": b"1\n",
    "data/secret/a/1.files/extra.txt": b"x\n",
    "data/secret/a/1.args": b"--fast 1\n",
    "data/secret/b/2.in": b"2\n",
    "data/secret/b/2.ans": b"2\n",
    "data/invalid_output/1.in": b"1\n",
    "data/invalid_output/1.ans": b"1\n",
    "data/invalid_output/1.out": b"2\n",
}
_PROGRAMS = {
    "input_validators/valid/main.py": b"import sys\nsys.exit(42)\n",
    "submissions/accepted/a.py": b"# @EXPECTED_SCORE@: 100\nprint(input())\n",
    "submissions/wrong_answer/w.py": b"# @EXPECTED_RESULTS@: WRONG-ANSWER\nprint(0)\n",
    "submissions/mixed/m.c": b"int main(){}\n",
    "include/default/lib.h": b"\n",
    "attachments/a.txt": b"\n",
}
_RULES = b"""accepted:
  use_for_time_limit: lower
wrong_answer/*.py:
  permitted: [AC, WA]
  required: [WA]
  score: [0, 50.5]
  message: wrong
  language: python3
  entrypoint: w.py
  secret/a/*:
    score: 10
"mixed/{m,n}.c":
  use_for_time_limit: true
  authors: [me]
"""

BASES: dict[str, dict[str, bytes | str | None]] = {
    "every-legacy": {
        **_DATA,
        **_PROGRAMS,
        "problem.yaml": b"name: Every\ntype: scoring\nauthor: me\nlicense: cc by-sa\nvalidation: custom score\n"
        b"validator_flags: float_tolerance 1e-6\ngrading:\n  objective: max\n  accept_score: 10\n  reject_score: 1.5\n"
        b"  range: 0 100\n  on_reject: grade\n"
        + _LIMITS
        + b"  time_multiplier: 5\n  time_safety_margin: 2\n",
        "problem_statement/problem.en.tex": b"x\n",
        "output_validators/v/v.py": b"import sys\nsys.exit(42)\n",
        "graders/g.py": b"print('AC 1')\n",
        "data/testdata.yaml": b"on_reject: continue\ngrader_flags: sum\nrange: -1 200\naccept_score: 5\n"
        b"reject_score: 0\n",
        "data/secret/testdata.yaml": b"grading: custom\ngrader_flags: min\naccept_score: 1e3\n",
        "data/secret/a/testdata.yaml": b"input_validator_flags: {valid: --n 3}\n"
        b"output_validator_flags: case_sensitive\n",
        ".timelimit": b"2\n",
        "domjudge-problem.ini": b"timelimit = '3.5'\ncolor = '#ff0000'\n",
        "submissions.json": b'{"submissions/accepted/a.py": {"language": "python3", "entry_point": "a.py"}}\n',
    },
    "every-draft": {
        **_DATA,
        **_PROGRAMS,
        "problem.yaml": b"problem_format_version: 2023-07-draft\nname: {en: Every}\ntype: [scoring]\n"
        b"uuid: 9a3fba5c-5b4f-4f6e-a3f4-6f4b4bd2f9f1\nlicense: cc0\nrights_owner: me\n"
        b"credits: {authors: [me]}\nkeywords: [a]\nlanguages: [c, python3]\n"
        b"constants: {n: 3, name: {value: 4, tex: five}}\n"
        + _LIMITS
        + b"  time_multipliers: {ac_to_time_limit: 2, time_limit_to_tle: 1.5}\n",
        "statement/problem.en.md": b"x\n",
        "data/secret/test_group.yaml": b"scoring: {score: 100, aggregation: sum}\n",
        "data/secret/a/test_group.yaml": b"scoring: {score: 40, aggregation: min, require_pass: [sample]}\n"
        b"static_validation: {score: 10, args: [a]}\n",
        "data/secret/b/test_group.yaml": b"scoring: {score: unbounded}\n"
        b"output_validator_args: [float_tolerance, 1e-9]\n",
        "static_validator/s.py": b"import sys\nsys.exit(42)\n",
        "submissions/submissions.yaml": _RULES,
    },
    "every-2025-09": {
        **_DATA,
        **_PROGRAMS,
        "problem.yaml": b"problem_format_version: 2025-09\nname: Every\ntype: scoring\n"
        b"uuid: 9a3fba5c-5b4f-4f6e-a3f4-6f4b4bd2f9f1\nlicense: cc by\nrights_owner: me\nversion: 1\n"
        b"source: [{name: Cup, url: 'https://example.org'}]\nembargo_until: 2025-01-01\nallow_file_writing: true\n"
        b"languages: all\nconstants: {n: 3}\n"
        + _LIMITS
        + b"  time_multipliers: {ac_to_time_limit: 2, time_limit_to_tle: 1.5}\n",
        "statement/problem.en.md": b"x\n",
        "data/secret/test_group.yaml": b"max_score: 100\nscore_aggregation: sum\n",
        "data/secret/a/test_group.yaml": b"max_score: 40\nscore_aggregation: min\nstatic_validation_score: 10\n"
        b"static_validator_args: [a]\nrequire_pass: [sample]\n",
        "data/secret/b/test_group.yaml": b"max_score: 60\nscore_aggregation: pass-fail\nfull_feedback: true\n"
        b"hint: '{{n}}'\n",
        "data/secret/b/2.yaml": b"args: [a, 3]\noutput_validator_args: float_relative_tolerance 1e-9\ndescription: d\n",
        "static_validator/s.py": b"import sys\nsys.exit(42)\n",
        "submissions/submissions.yaml": _RULES,
    },
    "every-dmoj": {
        "init.yml": b"""archive: tests.zip
time_limit: 2
memory_limit: 65536
file_io: {input: in.txt, output: out.txt}
checker: {name: floats, args: {precision: 6, error_mode: absolute}}
output_limit_length: 25165824
points: 5
pretest_test_cases:
- {in: 1.in, out: 1.out}
test_cases:
- {in: 1.in, out: 1.out, points: 10, output_limit_length: 1000}
- {in: 3.in, out: 3.out}
- batched:
  - {in: 2.in, out: 2.out}
  - {generator: {source: gen.cpp, language: CPP17, time_limit: 5, memory_limit: 65536, flags: [-O2]},
     generator_args: [1, 2]}
  points: 30
  dependencies: []
- batched:
  - {in: 1.in, out: 1.out, checker: check.py, binary_data: true}
  dependencies: [1]
  points: 2.5
""",
        "1.in": b"1\n", "1.out": b"1\n", "2.in": b"2\n", "2.out": b"2\n",
        "gen.cpp": b"int main(){}\n",
        "check.py": b"def check(a, b, **kw): return True\n",
        "tests.zip": _zipped({"./3.in": b"3\n", "3.out": b"3\n", "deep/4.in": b"4\n"}),
        "tests/ac/test.yml": b"source: a.py\nlanguage: PY3\ntime: 2\nmemory: 262144\nexpect: AC\n",
        "tests/ac/a.py": b"print(input())\n",
    },
    "every-dmoj-patterns": {
        "init.yml": b"test_cases:\n  input_format: '^(?P<batch>\\d+)-(?P<case>\\d+)\\.in$'\n"
        b"  output_format: '^(?P<batch>\\d+)-(?P<case>\\d+)\\.out$'\n  case_points: [5, 10.5]\n"
        b"custom_judge: judge.py\n",
        "judge.py": b"class Grader(InteractiveGrader):\n    def interact(self, case, interactor): return True\n",
        "1-1.in": b"1\n", "1-1.out": b"1\n", "2-1.in": b"2\n", "2-1.out": b"2\n",
    },
    "every-assignment": {
        "assignment.yaml": b"""assignment: 1
title: Every
due: 2026-12-01T23:59:00+01:00
late: {grace: 10min, penalty: 10% per day, at_most: 50%, closes: 7d}
attempts: {max: 20, penalty: 5%}
languages: [python3]
files: {required: [a.py], starter: lib, resources: [1.in], main: a.py}
limits: {time: 1s, memory: 64 MiB, output: 1 MiB, files: 1 MiB, compile_time: 20s}
parts:
- name: io
  kind: tests
  points: 20
  compare: float_tolerance 1e-6
  fields: {expected: hidden}
  tests:
  - {name: one, stdin: "1", stdout: "1", weight: 2, visibility: after_due, hint: x, arguments: [a], files: 1.in}
  - {folder: io, time: 500ms, wall_time: 2s}
  - {input: 1.in, output: 1.in}
- {kind: calls, requires: io, tests: [{call: f, arguments: [1, {a: [2.5]}], expected: [null], points: 1}]}
- name: unit
  kind: unit_tests
  framework: pytest
  files: [tests/*.py]
  module: a
  points: 5
  all_or_nothing: true
  weights: {"test_*": 2}
  visibility: {default: hidden, test_a: visible}
  hints: {test_a: Think}
- {kind: style, command: [python3, lint.py], files: lib, penalty: 0.5 per finding, at_most: 5}
- {kind: command, command: sh x, points: 1, isolation: none}
- {kind: by_hand, points: 10, instructions: Read it}
""",
        "lib/b.py": b"", "1.in": b"1\n", "io/1.in": b"1\n", "io/1.ans": b"1\n", "tests/test_a.py": b"",
        "submissions/right/a.py": b"", "submissions/expected.yaml": b"right: {points: 40, parts: {io: 20}}\n",
    },
    "every-polygon": {
        "problem.xml": b"""<problem revision="3" short-name="every">
<names><name language="english" value="Every"/></names>
<judging input-file="in.txt" output-file="out.txt" run-count="1">
<testset name="tests">
<time-limit>1000</time-limit>
<memory-limit>134217728</memory-limit>
<test-count>3</test-count>
<input-path-pattern>tests/%02d</input-path-pattern>
<answer-path-pattern>tests/%02d.a</answer-path-pattern>
<tests>
<test method="manual" sample="true" group="0" points="0.0"/>
<test method="generated" cmd="gen 1 2" group="1" points="20.5"/>
<test method="manual" group="2" points="30"/>
</tests>
<groups>
<group name="0" points="0.0" points-policy="each-test" feedback-policy="complete"/>
<group name="1" points="20.5" points-policy="complete-group">
<dependencies><dependency group="0"/></dependencies></group>
<group name="2" points-policy="each-test"/>
</groups>
</testset>
</judging>
<files>
<resources>
<file path="files/testlib.h" type="h.g++"/>
<file path="files/lib.h" type="h.g++" for-types="cpp.*"><assets><asset name="solution"/></assets></file>
</resources>
<executables><executable><source path="files/gen.cpp" type="cpp.g++17"/></executable></executables>
</files>
<assets>
<checker name="check.cpp" type="testlib"><source path="files/check.cpp" type="cpp.g++17"/></checker>
<validators><validator><source path="files/validator.cpp" type="cpp.g++17"/></validator></validators>
<solutions>
<solution tag="main"><source path="solutions/main.py" type="python.3"/></solution>
<solution tag="wrong-answer"><source path="solutions/main.py" type="python.3"/></solution>
</solutions>
</assets>
</problem>
""",
        "tests/01": b"1\n", "tests/01.a": b"1\n", "tests/03": b"3\r\n", "tests/03.a": b"3\r\n",
        "files/testlib.h": b"\n", "files/lib.h": b"\n", "files/gen.cpp": b"int main(){}\n",
        "files/check.cpp": b"int main(){}\n", "files/validator.cpp": b"int main(){}\n",
        "solutions/main.py": b"print(input())\n",
    },
    "every-dmoj-judge-program": {
        "init.yml": b"custom_judge: judge.py\ntime_limit: 1\nchecker: check.py\ntest_cases:\n"
        b"- {in: 1.in, points: 10}\n- {batched: [{in: 1.in}, {}], points: 3, dependencies: []}\n",
        "judge.py": b"from dmoj.graders.standard import StandardGrader\nfrom dmoj.result import Result\n\n\n"
        b"class Grader(StandardGrader):\n    def grade(self, case):\n        return Result(case)\n",
        "check.py": b"def check(a, b, **kw): return True\n",
        "1.in": b"1\n",
    },
    "every-judge-program": {
        "problem.yaml": b"name: every\nlimits: {time_limit: 1}\nproblem_format_version: 2025-09\n",
        "judge_program.yaml": b"program: judging\nlanguage: python3\ndata: {words: words.txt}\nbeside: [words.txt]\n"
        b"parameters: {rounds: 3, word: yes}\nstate: standings\nquotas: {cpu_time: 60, wall_time: 100, runs: 20,\n"
        b"  programs: 3, at_once: 2, calls: 100, data: 10, handles: 100, kept: 1, kept_files: 2, cases: 30,\n"
        b"  text: 1, state: 0.5, own_cpu_time: 10, own_memory: 64, own_processes: 4}\n",
        "judging/main.py": b"import judge_program\n", "judging/more.py": b"\n", "words.txt": b"a b\n",
        "data/secret/1.in": b"1\n", "data/secret/1.ans": b"1\n",
    },
    "every-cms": {
        "task.yaml": b"""name: every
title: Every key
n_input: 3
time_limit: 1.5
memory_limit: 64
score_mode: max_subtask
score_type: GroupThreshold
score_type_parameters: [[40, 1, 0.5], [60, 2, 7]]
total_value: 50
infile: in.txt
outfile: out.txt
public_testcases: 0, 2
primary_language: en
num_processes: 2
user_io: std_io
token_mode: finite
token_gen_initial: 2
""",
        "gen/GEN": b"# ST: 40\n#COPY: gen/a.txt\n# ST: 60\n1 2 # three\n3\n",
        "gen/a.txt": b"1\n", "gen/generator.py": b"print(1)\n",
        "input/input1.txt": b"1\n", "output/output0.txt": b"1\n", "output/output1.txt": b"1\n",
        "check/checker.cpp": b"int main(){}\n", "check/testlib.h": b"\n",
        "sol/grader.cpp": b"int main(){}\n", "sol/every.h": b"\n", "sol/everylib.pas": b"\n",
        "sol/solution.cpp": b"\n", "sol/slow.cpp": b"\n", "statement/statement.pdf": b"x",
    },
    "every-cms-communication": {
        "task.yaml": b"nome_breve: every\nnome: Every\ntimeout: 1\nmemlimit: 64\nrisultati: all\nnum_processes: 8\n"
        b"score_type: GroupMul\nscore_type_parameters: [[100, '00[01]']]\n",
        "input/input0.txt": b"1\n", "input/input1.txt": b"1\n",
        "cor/manager": b"\x7fELF", "sol/stub.py": b"\n", "sol/soluzione.py": b"\n", "testo/testo.pdf": b"x",
    },
}  # fmt: skip
