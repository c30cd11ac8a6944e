"""Runs inside the sandbox as an input validator: a checktestdata grammar against standard input, with 42 for yes.

Lies beside the checktestdata module's own files and a copy of the grammar.
"""

import sys

from checktestdata.pyctd import main

_MEANING = {0: 42, 1: 43}


def _validate() -> int:
    sys.argv = [sys.argv[0], "grammar.ctd"]
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 2
        return _MEANING.get(code, code)
    return 42


if __name__ == "__main__":
    sys.exit(_validate())
