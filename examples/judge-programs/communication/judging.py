"""Several copies of the submission share a text; only a manager sees all of it.

The test's first line is the number of workers, the second the text. Each copy is given its number and its part, and
says how often the letter "a" stands in it; the manager (a program of the setter's) adds up. No copy can hear another.
"""

from judge_program import Peer, Pipe, case, compare, compile, connect, finish, inputs

manager = compile({"manager.py": inputs.data["manager.py"]}, "python3")
worker = compile(inputs.submission)
if not worker.ok:
    finish("CE", feedback=worker.log)

worst = "AC"
for test in inputs.tests:
    copies = int(test.input.text().splitlines()[0])
    peers = [Peer(manager, [str(copies)], files={"text": test.input})]
    peers += [Peer(worker, [str(number)]) for number in range(copies)]
    pipes = []
    for number in range(copies):
        to, back = 10 + 2 * number, 11 + 2 * number
        pipes.append(Pipe(0, number + 1, source_fd=to))
        pipes.append(Pipe(number + 1, 0, target_fd=back))
    done = connect(peers, pipes)
    bad = next((run for run in done.runs[1:] if run.verdict), None)
    if bad is not None:
        verdict, reason = bad.verdict, bad.ending
    else:
        right = compare(test.answer, done.runs[0].stdout)
        verdict, reason = ("AC", "") if right else ("WA", right.reason)
    case(test.name, verdict, feedback=reason)
    if verdict != "AC":
        worst = verdict
        break
finish(worst)
