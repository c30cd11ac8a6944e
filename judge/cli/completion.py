"""``judge completion``: words for the shell to complete commands and options with."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

from judge.cli.commands import COMMANDS
from judge.parsers import Subparsers

_BASH = """\
# judge: complete commands and options; files everywhere else. Use: eval "$(judge completion bash)"
_judge() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="{commands}"
  else
    case "${{COMP_WORDS[1]}}" in
{cases}
    esac
    case "$word" in -*) ;; *) [ "$COMP_CWORD" -eq 2 ] || return ;; esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}}
complete -o default -F _judge judge
"""

_ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "completion",
        help="print what makes a shell complete this command",
        description="Print a script that makes the shell complete commands and options.",
        epilog='example, in ~/.bashrc: eval "$(judge completion bash)"',
    )
    parser.add_argument("shell", choices=("bash", "zsh"))


def run(args: argparse.Namespace) -> int:
    """Ask every command for its options and print the script."""
    words = {command: _words(command, module) for command, module, _ in COMMANDS}
    cases = "\n".join(f"      {command}) words={_quoted(known)} ;;" for command, known in words.items())
    script = _BASH.format(commands=" ".join([*words, "help"]), cases=cases)
    print((_ZSH if args.shell == "zsh" else "") + script, end="")
    return 0


def _words(command: str, module: str) -> list[str]:
    """The options of a command, and its sub-commands."""
    subparsers = argparse.ArgumentParser().add_subparsers()
    importlib.import_module(f"judge.cli.{module}").add_parser(subparsers)
    parser: argparse.ArgumentParser = subparsers.choices[command]
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    names = [name for action in actions for name in action.choices]
    return sorted([*names, *(word for word in parser._option_string_actions if word.startswith("--"))])


def _quoted(words: Sequence[str]) -> str:
    return '"' + " ".join(words) + '"'
