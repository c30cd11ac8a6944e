"""A conversation with an interpreter: the submission is a calculator that reads a line and answers with one.

Each test is a transcript: lines that begin with "> " are typed, what follows is the answer to them. The next line is
typed only when the answer has come, so a program that reads all its input first gets nowhere.
"""

from judge_program import case, compare, compile, finish, inputs, start

program = compile(inputs.submission)
if not program.ok:
    finish("CE", feedback=program.log)


def converse(test):
    """Verdict and feedback."""
    with start(program) as calculator:
        said = ""
        for line in test.input.text().splitlines():
            if line.startswith("> "):
                said = line[2:]
                calculator.write(said + "\n")
                continue
            answer = calculator.read_line(cpu_time=1)
            if answer.late:
                return "TLE", f"no answer to {said!r}"
            if not answer and answer.end:
                return calculator.wait().verdict or "WA", f"ended instead of an answer to {said!r}"
            if not (right := compare(line, answer, case_sensitive=True)):
                return "WA", f"answer to {said!r}: {right.reason}"
        calculator.close_input()
        end = calculator.wait()
        return end.verdict or "AC", end.ending


worst = "AC"
for test in inputs.tests:
    verdict, why = converse(test)
    case(test.name, verdict, feedback=why)
    worst = verdict if worst == "AC" else worst
finish(worst)
