"""A submission is a set of tests: it must accept the right solution and reject each wrong one.

It reads a program's outputs for inputs that it chooses itself: run with "inputs" it prints one input a line; run with
"check" it reads, for each of them, the input and the program's output in a line each, and says "ok" or "bad". Points
are for mutants that are caught, none if a right solution is called bad.
"""

from judge_program import case, compile, finish, inputs, run

INPUTS_MAX = 50

suite = compile(inputs.submission)
if not suite.ok:
    finish("CE", feedback=suite.log)
chosen = run(suite, args=["inputs"])
if chosen.verdict:
    finish(chosen.verdict, 0, f"choosing inputs: {chosen.ending}")
lines = chosen.stdout.text(1 << 16).splitlines()[:INPUTS_MAX]


def judgement(name):
    """What the tests say of this solution: ok, bad, or a verdict of their own."""
    solution = compile({"solution.py": inputs.data[name]}, "python3")
    seen = []
    for line in lines:
        done = run(solution, stdin=line + "\n")
        first = done.stdout.text(1000).split("\n")[0] if done.ok else "crashed"
        seen.append(f"{line}\n{first}\n")
    said = run(suite, args=["check"], stdin="".join(seen))
    return said.verdict or said.stdout.text(100).strip()


right = sorted(name for name in inputs.data if name.startswith("right/"))
wrong = sorted(name for name in inputs.data if name.startswith("wrong/"))
fair = True
for name in right:
    said = judgement(name)
    fair = fair and said == "ok"
    case(name, "AC" if said == "ok" else "WA", feedback=f"a right solution: {said}")
caught = 0
for number, name in enumerate(wrong, 1):
    said = judgement(name)
    caught += said == "bad"
    case(f"mutant {number}", "AC" if said == "bad" else "WA", feedback="caught" if said == "bad" else "survived")
whole = fair and caught == len(wrong)
finish("AC" if whole else "WA", 100 * caught / len(wrong) if fair else 0, f"{caught} of {len(wrong)} mutants caught")
