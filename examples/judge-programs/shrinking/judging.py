"""Looks for an input on which the submission is wrong, and makes it as small as it can before it shows it.

Inputs are random lists (the same ones each time that the work is judged); the answer is the setter's. What fails is
shrunk as in property tests: parts are left out and numbers halved for as long as it still fails.
"""

import random

from judge_program import case, compare, compile, finish, inputs, keep, run

TRIES, STEPS = 30, 60

program = compile(inputs.submission)
model = compile({"model.py": inputs.data["model.py"]}, "python3")
if not program.ok:
    finish("CE", feedback=program.log)


def text(numbers):
    return f"{len(numbers)}\n{' '.join(map(str, numbers))}\n"


def complaint(numbers):
    """Why the submission fails on it; empty = it does not."""
    given = text(numbers)
    done = run(program, stdin=given)
    if done.verdict:
        return f"{done.verdict}: {done.ending}"
    right = compare(run(model, stdin=given).stdout, done.stdout)
    return "" if right else right.reason


def smaller(numbers):
    """Lists that are simpler, the simplest first."""
    half = len(numbers) // 2
    if half:
        yield numbers[:half]
        yield numbers[half:]
    for n in range(len(numbers)):
        if len(numbers) > 1:
            yield numbers[:n] + numbers[n + 1 :]
    for n, number in enumerate(numbers):
        if number:
            yield [*numbers[:n], int(number / 2), *numbers[n + 1 :]]


for _ in range(TRIES):
    numbers = [random.randint(-100, 100) for _ in range(random.randint(1, 12))]
    why = complaint(numbers)
    if not why:
        continue
    steps = 0
    candidates = smaller(numbers)
    while steps < STEPS and (simpler := next(candidates, None)) is not None:
        steps += 1
        if reason := complaint(simpler):
            numbers, why, candidates = simpler, reason, smaller(simpler)
    keep("failing.in", text(numbers))
    case("random inputs", "WA", feedback=f"fails on {numbers}: {why}")
    finish("WA", 0, f"fails on {numbers}")
case("random inputs", "AC", feedback=f"{TRIES} inputs")
finish("AC", 100)
