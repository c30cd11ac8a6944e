"""The time of the tests' own side, for one test: S may keep it at work for ever, with what never ends."""

import os
import signal

_AGAIN_S = 0.5
_HERE = os.path.dirname(os.path.abspath(__file__))
#: Where nothing may be broken off: what is said to S and to the director.
_WHOLE = (os.path.join(_HERE, "session.py"), "judge_program.py", "judge_program/__init__.py")


class OwnTime:
    """Ends a test that computes here for longer than this, in seconds of CPU time."""

    def __init__(self, session, limit_s):
        self._session = session
        self._limit_s = limit_s
        signal.signal(signal.SIGPROF, self._over)

    def begin(self):
        """A test begins."""
        signal.setitimer(signal.ITIMER_PROF, self._limit_s, _AGAIN_S)

    def end(self):
        """A test is over."""
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _over(self, number, frame):
        self._session.overdue = f"the test computes for longer than {self._limit_s:g} s"
        while frame is not None:
            if frame.f_code.co_filename.endswith(_WHOLE):
                return  # the next request says so
            frame = frame.f_back
        self._session.fail("timeout", self._session.overdue)
