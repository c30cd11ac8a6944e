import json

from judge_program import case, compile, finish, inputs, start
from talk import question

with open("rules.json") as file:
    ending = json.load(file)["ending"]
program = compile(inputs.submission)
if not program.ok:
    finish("CE", reason=program.log.splitlines()[0])
for number in range(int(inputs.parameters["rounds"])):
    words = inputs.data["words"].text().split()
    with start(program) as process:
        process.write(question(words, number))
        said = process.read_line().text
        run = process.wait()
    verdict = run.verdict or ("AC" if said == words[number] + ending else "WA")
    case(f"round-{number + 1}", verdict, reason=run.ending, run=run)
    if verdict != "AC":
        finish(verdict)
finish("AC")
