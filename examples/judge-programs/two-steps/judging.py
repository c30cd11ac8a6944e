"""The submission encodes a message, and another process of it decodes what it wrote: nothing else gets from one to the
other. Shorter codes score more.

Run with the word "encode" or "decode"; the message comes, and the code goes, over the standard streams.
"""

from judge_program import case, compare, compile, finish, inputs, run

program = compile(inputs.submission)
if not program.ok:
    finish("CE", feedback=program.log)

total = 0.0
worst = "AC"
for test in inputs.tests:
    encoded = run(program, args=["encode"], stdin=test.input)
    decoded = run(program, args=["decode"], stdin=encoded.stdout) if encoded.ok else encoded
    if decoded.verdict:
        verdict, points, reason = decoded.verdict, 0.0, decoded.ending
    elif not (right := compare(test.input, decoded.stdout, case_sensitive=True, space_change_sensitive=True)):
        verdict, points, reason = "WA", 0.0, right.reason
    else:
        saved = 1 - encoded.stdout.size / test.input.size
        verdict, points, reason = "AC", round(50 + 50 * max(0.0, saved), 2), f"{encoded.stdout.size} bytes"
    case(test.name, verdict, points, feedback=reason, run=decoded)
    total += points
    if verdict != "AC" and worst == "AC":
        worst = verdict
finish(worst, round(total / len(inputs.tests), 2))
