"""What an interpreter does that is a template: it forks when the launcher asks.

A copy must be the launcher's child: its parent, a copy that does nothing else, ends at once, and the launcher is the
process that inherits the orphans of the container. It does not go on before that one is gone without a trace, and not
before it stands in the run's cgroups itself.

Talks to judge/sandbox/inside/template.py over descriptor 20:

    here     -- b"R" cpu_ns memory_bytes -->  once: CPU time of the start, and memory that no file holds
    launcher -- b"W"                     -->  once: all that the start has left was killed
    here     -- b"W"                     -->  and waited for
    launcher -- targets joins cwd        -->  two bytes that count, the numbers, the path; with as many descriptors
    copy     -- b"C" pid                 -->  it stands where it should, and goes on
             -- b"E" errno               -->  or it does not
"""

import sys

_NEW = {"_socket", "errno", "gc", "time"} - sys.modules.keys()

import _socket  # noqa: E402
import errno  # noqa: E402
import gc  # noqa: E402
import os  # noqa: E402
import posix  # noqa: E402

_CONTROL_FD = _FIRST_OWN_FD = 20
_FDS_MAX = 64
_MESSAGE_BYTES_MAX = 8192
_KILLED = b"W"


def serve(beginning_ns):
    """Comes back in copies only, whatever happens: what comes back goes on to the program."""
    try:
        _serve(beginning_ns)
    except BaseException:
        posix._exit(1)


def _serve(beginning_ns):
    control = _socket.socket(fileno=_CONTROL_FD)
    _leave_no_trace()
    gc.collect()
    gc.freeze()  # a collection would copy every page that a copy shares with us
    if _copy(control, _tell_ready, beginning_ns):
        posix._exit(0)
    while True:
        data, ancillary, flags, _ = control.recvmsg(_MESSAGE_BYTES_MAX, _socket.CMSG_SPACE(4 * _FDS_MAX))
        if not data:
            posix._exit(0)
        if data == _KILLED:
            _reap_everyone()
            control.send(_KILLED)
            continue
        fds = [
            int.from_bytes(raw[at : at + 4], sys.byteorder)
            for _, _, raw in ancillary
            for at in range(0, len(raw) - 3, 4)
        ]
        try:
            if flags & _socket.MSG_CTRUNC or len(fds) != data[0] + data[1]:
                raise OSError(errno.EMFILE, "descriptors are missing")
            if _copy(control, _enter, data, fds):
                return
        except OSError as error:  # there is no room for a copy
            control.send(b"E" + _packed(error.errno or 0))
        for fd in fds:
            posix.close(fd)


def _leave_no_trace():
    """Of the way in which these modules were found."""
    here = __file__.rpartition("/")[0]
    rest = os.environ["PYTHONPATH"].partition(":")[2]
    if rest:
        os.environ["PYTHONPATH"] = rest
    else:
        del os.environ["PYTHONPATH"]
    sys.path.remove(here)
    sys.path_importer_cache.pop(here, None)
    for name in (*_NEW, __name__):
        del sys.modules[name]


def _reap_everyone():
    """What was killed may take a while to end; its own children become the launcher's by then."""
    try:
        while True:
            posix.waitpid(-1, 0)
    except ChildProcessError:
        return


def _copy(control, act, *arguments):
    """True in a copy that is to go on. Raises OSError where there is none."""
    middle = posix.fork()
    if middle:
        posix.waitpid(middle, 0)
        return False
    try:
        middle = posix.getpid()
        if posix.fork():
            posix._exit(0)
        _wait_until_reaped(middle)
        act(control, *arguments)
    except BaseException as error:
        control.send(b"E" + _packed(getattr(error, "errno", None) or 0))
        posix._exit(1)
    return True


def _wait_until_reaped(pid):
    try:
        while True:
            posix.kill(pid, 0)
            posix.sched_yield()
    except ProcessLookupError:
        return


def _tell_ready(control, beginning_ns):
    # Only a process of the container finds itself in its /proc.
    fd = posix.open("/proc/self/statm", posix.O_RDONLY)
    resident, shared = posix.read(fd, 256).split()[1:3]
    memory_bytes = (int(resident) - int(shared)) * posix.sysconf("SC_PAGESIZE")
    control.send(b"R" + _packed(beginning_ns, memory_bytes))


def _enter(control, data, fds):
    count, joins = data[0], data[1]
    for fd in fds[count : count + joins]:
        posix.write(fd, b"0")
    posix.setsid()
    posix.chdir(data[2 + count :])
    posix.closerange(3, _FIRST_OWN_FD)
    for index in range(count):
        posix.dup2(fds[index], data[2 + index])
    control.send(b"C" + _packed(posix.getpid()))
    control.detach()
    posix.closerange(_FIRST_OWN_FD, _FIRST_OWN_FD + _FDS_MAX)


def _packed(*numbers):
    return b"".join(number.to_bytes(8, "little") for number in numbers)
