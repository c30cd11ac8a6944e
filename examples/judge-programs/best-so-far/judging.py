"""An optimisation problem scored against the best answer that anybody has given so far.

Cities on a line of a plane are to be visited; the shorter the tour the better. The best length of each test is carried
from one submission to the next: a submission's score is best / its own, and what beats the best becomes it. Every piece
of work reads a version of the state and writes the next one, so two submissions at once cannot lose one of two records.
Judged again, a submission meets the state of that moment: scores fall as others get better, never a verdict.
"""

import json
import math

from judge_program import carry, case, compile, finish, inputs, run

program = compile(inputs.submission)
if not program.ok:
    finish("CE", feedback=program.log)

best = json.loads(inputs.state.data.text()) if inputs.state.data else {}
total, worst = 0.0, "AC"
for test in inputs.tests:
    cities = [tuple(map(float, line.split())) for line in test.input.text().splitlines()[1:]]
    done = run(program, stdin=test.input)
    words = done.stdout.text(1 << 20).split()
    if done.verdict:
        case(test.name, done.verdict, 0, done.ending, run=done)
        worst = done.verdict if worst == "AC" else worst
        continue
    if sorted(words) != sorted(map(str, range(len(cities)))):
        case(test.name, "WA", 0, "not every city once", run=done)
        worst = "WA" if worst == "AC" else worst
        continue
    tour = [cities[int(word)] for word in words]
    length = sum(math.dist(tour[n - 1], tour[n]) for n in range(len(tour)))
    record = min(best.get(test.name, length), length)
    points = 100 * record / length
    best[test.name] = record
    case(test.name, "AC", points, f"length {length:.3f}; the best is {record:.3f}", run=done)
    total += points
carry(json.dumps(best, sort_keys=True))
finish(worst, total / len(inputs.tests), f"state {inputs.state.version}")
