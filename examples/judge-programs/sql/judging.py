"""The submission is a query. Its rows are compared with those of the setter's query, in any order.

Each test is a script that makes a database. The query runs in the sandbox as a program like any other does (a Python
program of the setter's with SQLite reads it from a file), never here: a query can loop for ever or read files. Only
reading is allowed; columns count by position; "ordered" as a parameter makes the order of rows count, too.
"""

import json

from judge_program import Limits, case, compile, finish, inputs, run

LIMITS = Limits(cpu_time=2)  # the engine is a program of the setter's: it would have more
engine = compile({"engine.py": inputs.data["engine.py"]}, "python3")
query, *_ = inputs.submission.files.values()
ordered = inputs.parameters.get("ordered") == "yes"


def rows(sql, test):
    """The result, and what SQLite says against it."""
    done = run(engine, files={"query.sql": sql, "script.sql": test.input}, limits=LIMITS)
    if not done.ok:
        return None, done
    found = [json.dumps(row) for row in json.loads(done.stdout.text())]
    return (found if ordered else sorted(found)), done


worst = "AC"
for test in inputs.tests:
    expected, _ = rows(inputs.data["model.sql"], test)
    found, done = rows(query, test)
    if found is None:
        refused = done.exit_code == 2
        verdict, why = ("RTE" if refused else done.verdict), done.stdout.text(500) if refused else done.ending
    elif found == expected:
        verdict, why = "AC", f"{len(found)} rows"
    else:
        extra = next((row for row in found if row not in expected), None)
        missing = next((row for row in expected if row not in found), None)
        why = f"row {extra} is too much" if extra else f"row {missing} is missing" if missing else "rows come too often"
        verdict = "WA"
    case(test.name, verdict, feedback=why, run=done)
    worst = verdict if worst == "AC" else worst
finish(worst)
