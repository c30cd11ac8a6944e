"""The page of settings: docs/reference/settings.md, made from the types of :mod:`judge.config.sections`."""

from __future__ import annotations

from judge.config.known import Setting, all_settings, section_names, section_title
from judge.config.load import DEFAULT_FILE
from judge.config.sections import Settings

_HEAD = f"""# Settings

Every command and every process of the service reads its settings once, when it starts. Order, later wins: the
defaults; the TOML file that `JUDGE_CONFIG` names (else `{DEFAULT_FILE}`, when it is there); environment variables.
In a variable a list is separated by commas, a table is JSON, true and false are written as such. `judge config` shows
what holds and where it comes from (`--json`; `--defaults`: all defaults).

    state_dir = "/srv/judge"                   # judge.toml

    [worker]
    slots = 4

    [queue]
    class_weights = {{ contest = 32, practice = 4 }}

    JUDGE_SLOTS=4 JUDGE_LANGUAGES=cpp,java judge worker --broker redis://queue.example:6379/0

An unknown name, a value that does not fit, and a file or directory that is not there are refused (exit code 2) with
the name, the near one and where it was read. Variables of others that only look like ours are left alone: what
Kubernetes and Docker set for a service called judge, `JUDGE_SERVER` and `JUDGE_KEY` of clients, and the tests'
`JUDGE_TEST_...` and `JUDGE_TESTS_...`.

A settings file without sections, as they were written before, is still read: its names are the variables' names in
lower case without `JUDGE_` (`broker = "redis://..."`, `queue_max = 1000`). A warning says where each belongs now.
"""

_TABLE_HEAD = ("| setting | variable | default | |", "|---|---|---|---|")


def markdown() -> str:
    """The text of the page."""
    lines = [_HEAD]
    for section in ("", *section_names()):
        settings = [setting for setting in all_settings() if setting.section == section]
        lines += ["", f"## [{section}] {section_title(section)}" if section else "## Before the first section", ""]
        lines += [*_TABLE_HEAD, *(_row(setting) for setting in settings)]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _row(setting: Setting) -> str:
    default = f"`{toml_text(setting.value_in(Settings()))}`"
    if setting.field == "state_dir":
        default = "`/var/lib/judge`; of a plain user `~/.local/state/judge`"
    description = setting.description.replace("|", "\\|")
    return f"| `{setting.field}` | `{setting.variable}` | {default} | {description} |"


def toml_text(value: object) -> str:
    """A value as it is written in a settings file."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f"{key} = {toml_text(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(toml_text(item) for item in value) + "]"
        case str():
            return f'"{value}"'
    return str(value)
