"""What T says of each test, whatever the framework."""

import json

from judge_apart.handles import StudentError

_MESSAGE_MAX = 8 << 10
_PRINTED_MAX = 8 << 10
_VERDICTS = {"passed": "AC", "failed": "WA", "error": "RTE", "timeout": "TLE", "not_run": "WA"}


def cut(text, most):
    """At most that much of a text: its beginning."""
    return text if len(text) <= most else text[: most - 1] + "…"


class Outcomes:
    """Tells the director. The tests were collected before anything of the student's was there: those count."""

    def __init__(self, judge_program, session, names, own_time, only):
        self._judge = judge_program
        self._session = session
        self._names = names
        self._own_time = own_time
        self._only = only
        self._numbers = {}
        self._all_passed = True

    def collected(self, ids):
        """These are all tests, in order."""
        for number, name in enumerate(ids, 1):
            self._numbers[name] = number
            self._judge.progress(number, len(ids), name)
        self._names.is_live = True

    def is_wanted(self, name):
        """Whether a test is to be run now."""
        return not self._only or name in self._only

    def begin(self):
        """A test begins."""
        self._session.begin()
        self._own_time.begin()

    def end(self, name, status, message, printed, is_last):
        """A test is over: what the framework makes of it, which is nothing against a fault."""
        self._own_time.end()
        fault = self._session.fault
        if fault is not None:
            status, message = fault.status, fault.message
        run = self._session.end(is_last)
        self._all_passed &= status == "passed"
        self._judge.case(
            str(self._numbers[name]),
            _VERDICTS[status],
            feedback=json.dumps(cut(message, _MESSAGE_MAX)),
            team_feedback=json.dumps(cut(printed, _PRINTED_MAX)),
            reason=status,
            run=run,
        )

    def finish(self):
        """All is said."""
        self._session.close()
        self._judge.finish("AC" if self._all_passed and self._numbers else "WA")


def status_of(error):
    """Of a test that raised this: a wrong answer where the test says so, else an error."""
    return "failed" if isinstance(error, AssertionError) and not isinstance(error, StudentError) else "error"


def words_of(error):
    """What is to be said of an exception: one that came from the student's code says where it was raised."""
    text = f"{type(error).__name__}: {error}"
    trace = getattr(error, "_judge_trace", "") if isinstance(error, StudentError) else ""
    return f"{text}\n{trace}" if trace else text
