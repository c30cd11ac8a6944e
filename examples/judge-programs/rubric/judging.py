"""An essay of a program: its output is marked by a rubric that is a program of its own, in its own sandbox.

The rubric reads the output and prints a line of JSON for each criterion: its name, points, of how many, and a remark.
Here the marks are added up and shown; the rubric may be exchanged without touching this file, and what it says that is
no mark is a judge error, never the contestant's.
"""

import json

from judge_program import case, compile, fail, finish, inputs, run

program = compile(inputs.submission)
rubric = compile({"rubric.py": inputs.data["rubric.py"]}, "python3")
if not program.ok:
    finish("CE", feedback=program.log)

points = most = 0.0
for test in inputs.tests:
    done = run(program, stdin=test.input)
    if done.verdict:
        case(test.name, done.verdict, 0, done.ending, run=done)
        finish(done.verdict, 0)
    marked = run(rubric, stdin=done.stdout, files={"task": test.input})
    if not marked.ok:
        fail(f"the rubric: {marked.ending}")
    for line in marked.stdout.text().splitlines():
        mark = json.loads(line)
        points += mark["points"]
        most += mark["of"]
        whole = mark["points"] == mark["of"]
        case(f"{test.name}: {mark['name']}", "AC" if whole else "WA", mark["points"], mark["remark"])
finish("AC" if points == most else "WA", 100 * points / most, f"{points:g} of {most:g}")
