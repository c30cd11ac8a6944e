"""Makes a template of an interpreter that has just started: each run is a copy of it. Read in containers only.

CPython imports this module at the end of its start, before it looks at the program that its command line names. The
import does not come back but in the copies, where it fails as if there were no such module: the interpreter goes on by
itself, opens the program, runs it, ends.
"""

import time

BEGINNING_NS = time.process_time_ns()  # all that follows is no part of an interpreter's start

import judge_template  # noqa: E402

judge_template.serve(BEGINNING_NS)
raise ImportError(name="usercustomize")
