"""How fast is it really? Many runs of each, in turns with a reference of the setter's: the median and how sure it is.

CPU time is measured, as everywhere in the judge. The figure that counts is the ratio of the medians: a slower machine
slows both. Its 95 % interval comes from the order of the ratios alone (ranks of the binomial distribution), so nothing
is assumed about their shape. AC = the whole interval lies at or below the parameter "ratio" (1.5 unless given).
"""

import math
from statistics import median

from judge_program import case, compare, compile, finish, inputs, progress, run

RUNS = int(inputs.parameters.get("runs", 15))
RATIO = float(inputs.parameters.get("ratio", 1.5))

program = compile(inputs.submission)
reference = compile({"reference.py": inputs.data["reference.py"]}, "python3")
if not program.ok:
    finish("CE", feedback=program.log)


def interval(values):
    """The order statistics around the median that hold it in 95 of 100 cases."""
    ordered, count = sorted(values), len(values)
    spread = 1.96 * math.sqrt(count) / 2
    return ordered[max(0, math.floor(count / 2 - spread))], ordered[min(count - 1, math.ceil(count / 2 + spread))]


worst = "AC"
for test in inputs.tests:
    ratios = []
    for number in range(RUNS):
        progress(number, RUNS, test.name)
        ours, theirs = run(program, stdin=test.input), run(reference, stdin=test.input)
        if ours.verdict or not compare(test.answer, ours.stdout):
            verdict = ours.verdict or "WA"
            case(test.name, verdict, feedback=ours.ending, run=ours)
            finish(verdict)
        ratios.append(ours.cpu_time / max(theirs.cpu_time, 1e-6))
    low, high = interval(ratios)
    verdict = "AC" if high <= RATIO else "TLE"
    case(
        test.name, verdict, feedback=f"{median(ratios):.2f} x the reference, {low:.2f} to {high:.2f} at 95 %", run=ours
    )
    worst = verdict if worst == "AC" else worst
finish(worst)
