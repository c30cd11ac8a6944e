"""What every command's exit code means: the end of each ``--help``, and docs/reference/exit-codes.md."""

from __future__ import annotations

#: What a code means whichever command it comes from.
COMMON = {
    0: "it did what was asked, and the answer is good",
    1: "it did, and the answer is not good",
    2: "bad usage or input: an option, a file, a setting, an unknown id",
    3: "the problem package is at fault",
    4: "a language is: unknown, malformed, not installed, offered by no worker",
    5: "this host or the service is: no sandbox, no Redis, a judge error",
    6: "try again later: the queue is full or closed, the tenant too fast, the submission not finished in time",
    70: "a fault of this program; please report it with what it printed",
    130: "interrupted (Ctrl-C)",
    143: "ended by SIGTERM (129: by SIGHUP)",
}

#: Codes beside 2, 70, 130 and 143, which any command may end with: command -> code -> what it means there.
OWN: dict[str, dict[int, str]] = {
    "run": {0: "the program ended by itself with exit code 0", 1: "anything else", 4: "", 5: "", 6: ""},
    "evaluate": {0: "every test was passed", 1: "one was not", 4: "", 5: "", 6: ""},
    "group": {0: "every command ended by itself with exit code 0", 1: "one did not", 4: "", 5: "", 6: ""},
    "program": {0: "accepted", 1: "another verdict", 4: "", 5: "judge error, or no sandbox here", 6: ""},
    "grade": {0: "accepted", 1: "another verdict", 3: "", 4: "", 5: "judge error, or no sandbox here"},
    "course": {
        0: "",
        1: "somebody could not be judged; of check: there are errors; of show: it is not judged",
        3: "",
        4: "",
        5: "",
        6: "",
    },
    "languages": {0: "", 1: "a definition has faults, a test failed, or no worker offers any", 4: "", 5: ""},
    "rootfs": {0: "", 1: "a layer is damaged", 4: "", 5: ""},
    "doctor": {0: "submissions can be run here", 5: "something is missing"},
    "host": {0: "", 5: ""},
    "bench": {0: "", 1: "something costs more than is promised", 3: "", 4: "", 5: ""},
    "selftest": {0: "every attack was stopped", 1: "one was not", 5: "the sandbox cannot run here"},
    "report": {0: ""},
    "verify": {0: "every verdict is as expected", 1: "one is not", 3: "", 4: "", 5: ""},
    "package": {
        0: "no errors",
        1: "some package has errors (--strict: or warnings)",
        3: "one cannot be judged at all",
        5: "a disk cannot be read",
    },
    "demo": {0: "every verdict is as labelled", 1: "one is not", 3: "", 5: ""},
    "up": {0: "it was stopped in order", 4: "", 5: "this host cannot judge, or another worker runs here"},
    "worker": {0: "it was stopped in order", 4: "", 5: "this host cannot judge, or Redis does not answer"},
    "gateway": {0: "it was stopped in order", 5: "no Redis, or the address is taken"},
    "mcp": {0: "the agent is done"},
    "keys": {0: "", 5: "no Redis"},
    "migrate": {0: "nothing differs", 1: "something does", 5: "one of the two does not answer"},
    "webhooks": {0: "", 5: "the gateway does not answer"},
    "publish": {0: "", 3: "", 5: "the store cannot be reached"},
    "submit": {0: "accepted", 1: "another verdict, or cancelled", 4: "", 5: "judge error, or no Redis", 6: ""},
    "status": {0: "", 2: "one is unknown; the others are shown", 5: "no Redis"},
    "follow": {
        0: "accepted, or all went well",
        1: "another verdict, or cancelled",
        5: "judge error, or no Redis",
        6: "",
    },
    "result": {
        0: "accepted, or all went well",
        1: "another verdict, or cancelled",
        5: "judge error, or no Redis",
        6: "",
    },
    "list": {0: "also when there are none", 4: "", 5: "no Redis"},
    "session": {0: "its program ended with 0", 1: "it ended otherwise", 4: "", 5: "no Redis", 6: ""},
    "cancel": {0: "all withdrawn", 1: "one had its verdict already", 2: "one is unknown", 5: "no Redis"},
    "rejudge": {0: "", 1: "not started: you said no", 4: "", 5: "no Redis", 6: ""},
    "blob": {
        0: "",
        2: "there is no such blob, its time is over, or it cannot be",
        5: "no Redis, or the store cannot be reached",
        6: "the tenant's quota is full",
    },
    "state": {0: "", 2: "there is no such state, or no such version of it", 5: "no Redis"},
    "queue": {0: "", 5: "no Redis"},
    "workers": {0: "", 1: "there are none", 5: "no Redis"},
    "drain": {0: "", 1: "something still runs after the wait", 5: "no Redis"},
    "config": {0: "", 2: "a setting is wrong"},
    "tenant": {0: "", 5: "no Redis"},
    "maintenance": {0: "", 5: "no Redis"},
    "top": {0: "", 5: "no Redis"},
    "metrics": {0: ""},
    "completion": {0: ""},
}

_PAGE_HEAD = """# Exit codes

Every command ends with one of these; `judge COMMAND --help` says which ones and what they mean there. Scripts may rely
on them.

| code | |
|---|---|
"""


def codes_of(command: str) -> dict[int, str]:
    """What the codes of one command mean, in order."""
    own = OWN.get(command, {0: ""})
    codes = sorted({*own, 2, 70, 130, 143})
    return {code: own.get(code) or COMMON[code] for code in codes}


def help_text(command: str) -> str:
    """The end of a command's help."""
    codes = codes_of(command)
    usual = "; ".join(f"{code} {text}" for code, text in codes.items() if code < 70)
    return f"Exit codes: {usual}; 70, 130, 143 as everywhere (docs/reference/exit-codes.md)."


def exit_codes_page() -> str:
    """The text of docs/reference/exit-codes.md."""
    lines = [f"| {code} | {text} |" for code, text in COMMON.items()]
    rows = [
        f"| `{command}` | {'; '.join(f'{code}: {text}' for code, text in codes_of(command).items() if code < 70)} |"
        for command in OWN
    ]
    return _PAGE_HEAD + "\n".join(lines) + "\n\n| command | |\n|---|---|\n" + "\n".join(rows) + "\n"
