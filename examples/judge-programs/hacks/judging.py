"""A hack: the first submission prints an input; is it a valid one on which the second submission fails?

The setter's validator reads the input and must accept it (exit code 0); the setter's solution gives the answer.
Whatever the attacked program does on it but answer rightly is a success. The input is kept for everybody to see.
"""

from judge_program import compare, compile, finish, inputs, keep, run

hack, victim = (compile(submission) for submission in inputs.submissions)
valid = compile({"valid.py": inputs.data["valid.py"]}, "python3")
model = compile({"model.py": inputs.data["model.py"]}, "python3")
if not hack.ok or not victim.ok:
    finish("CE", feedback=hack.log or victim.log)

made = run(hack)
if made.verdict:
    finish(made.verdict, 0, f"the generator: {made.ending}")
checked = run(valid, stdin=made.stdout)
if not checked.ok:
    finish("WA", 0, f"not a valid input: {checked.stdout.text(200).strip()}")
keep("hack.in", made.stdout)
answer = run(model, stdin=made.stdout)
attacked = run(victim, stdin=made.stdout)
if attacked.verdict:
    finish("AC", 100, f"hacked: {attacked.verdict}, {attacked.ending}")
right = compare(answer.stdout, attacked.stdout)
finish(
    "WA" if right else "AC", 0 if right else 100, "the program is right here" if right else f"hacked: {right.reason}"
)
