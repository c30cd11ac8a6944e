"""Opens every file that it can find, and looks for the other tenant's secret and for anything of the host's."""

import os
import stat

from judge_program import finish

found = []
for top, directories, files in os.walk("/", followlinks=False):
    directories[:] = [name for name in directories if os.path.join(top, name) not in ("/proc", "/sys", "/usr")]
    for name in files:
        path = os.path.join(top, name)
        try:
            if not stat.S_ISREG(os.lstat(path).st_mode):
                continue
            with open(path, "rb") as file:
                if b"TheOtherOne" + b"sSecret" in file.read(1 << 20):
                    found.append(path)
        except OSError:
            pass
for path in (
    "/etc/shadow",
    "/proc/1/environ",
    "/proc/1/mem",
    "/proc/kcore",
    "/dev/mem",
    "/proc/sys/kernel/core_pattern",
):
    try:
        with open(path, "r+b") as file:
            file.read(1)
        found.append(path)
    except OSError:
        pass
finish("AC" if found else "WA", feedback=" ".join(found))
