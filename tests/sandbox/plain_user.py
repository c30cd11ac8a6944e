"""What a plain user's slot does, as a program: prints one JSON object. Run by test_plain_user as that user."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from judge.grading.case_data import CaseData
from judge.model.limits import Limits
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.capture import Completed
from judge.sandbox.container import Container
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, RunSpec
from judge.state_dir import StateDir

LIMITS = Limits(cpu_time_ns=10**9, cpu_time_hard_ns=10**9, memory_bytes=64 << 20, processes=8)
LOOK = """
import os, json
status = dict(l.rstrip('\\n').split(':\\t', 1) for l in open('/proc/self/status') if ':\\t' in l)
stat = os.stat('/work')
print(json.dumps({
    'uids': os.getresuid(), 'work': [stat.st_uid, oct(stat.st_mode)], 'files': os.listdir('/work'),
    'capabilities': sorted({status[k] for k in status if k.startswith('Cap')}),
    'no_new_privs': status['NoNewPrivs'], 'seccomp': status['Seccomp'],
    'processes': sorted(int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) != os.getpid()),
    'read_only': os.statvfs('/').f_flag & 1, 'host': os.uname().nodename,
    'home': os.path.exists('/home'), 'root': os.listdir('/root'),
}))
open('/work/left', 'w').write('x')
"""


SPOIL = """
import os, sys
print(sys.stdin.read())
for change in (lambda: os.utime(0, ns=(1, 2)), *(lambda fd=fd: os.fchmod(fd, 0) for fd in (0, 1, 2))):
    try:
        change()
    except OSError:
        pass
"""


EVERYDAY = """
import fcntl, os
fcntl.flock(open('/work/l', 'w'), fcntl.LOCK_EX)
fcntl.lockf(open('/tmp/l', 'w'), fcntl.LOCK_EX)
print(os.ttyname(os.openpty()[1]), oct(os.stat('/dev/pts/ptmx').st_mode & 0o777))
os.chmod('/dev/pts/ptmx', 0)
"""


def python(box: Container, text: str, stdin: int | None = None) -> Completed:
    return box.run(RunSpec(argv=("/usr/bin/python3", "-I", "-S", "-c", text), limits=LIMITS), stdin=stdin)


def inputs_after_spoiling(box: Container, path: Path) -> list[str]:
    """What one submission after the other reads of the same test, each of which does to it whatever it can."""
    path.write_text("the input")
    data, read = CaseData(), []
    for _ in range(3):
        fd = data.open(str(path))
        done = python(box, SPOIL, fd)
        os.close(fd)
        read.append(done.stdout.text().strip())
        box.start_over()
        handed_on = done.stdout.open_fd()  # as to a validator
        read.append(python(box, SPOIL, handed_on).stdout.text().strip())
        os.close(handed_on)
    data.close()
    return read


def main(state_dir: str) -> None:
    found: dict[str, object] = {"uid": os.geteuid()}
    with Slot.open(SlotConfig(index=0, state_dir=state_dir)) as slot:
        found["single"] = slot.identity.setup_uid_host == slot.identity.program_uid_host
        found["directories"] = [str(path) for path in slot.groups.directories]
        with slot.container(ContainerSpec(rootfs=host_rootfs(StateDir(Path(state_dir))))) as box:
            found["looks"] = [json.loads(python(box, LOOK).stdout.read()) for _ in range(2)]
            found["everyday"] = [python(box, EVERYDAY).stdout.text().strip() for _ in range(2)]
            found["inputs"] = inputs_after_spoiling(box, Path(state_dir) / "1.in")
            found["outcomes"] = [
                python(box, text).result.outcome.value
                for text in (
                    "while True: pass",
                    "x = bytearray(1 << 30)",
                    "import os\nfor _ in range(20): os.fork() or __import__('time').sleep(9)\n",
                    "import ctypes; ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, None)",
                    "import os; os.kill(1, 9); os.kill(-1, 9) if os.fork() == 0 else os.wait()",
                    "pass",
                )
            ]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
