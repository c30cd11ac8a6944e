# tries: find a cgroup file that can be written, to leave the group or lift its limits
# expect: CONFINED
import os
import re

found = []
for top in ("/sys", "/sys/fs/cgroup", "/proc/self/root/sys", "/cgroup", "/dev/cgroup", "/run/cgroup"):
    for directory, _, files in os.walk(top):
        found += [f"{directory}/{name}" for name in files if name.startswith(("cgroup.", "memory.", "pids.", "cpu."))]
lines = open("/proc/self/cgroup").read().split()
shown = [line.split(":", 2)[2] for line in lines]
# The namespace's root is where the launcher waits; the run's own group beside it is all that may be named.
outside = [path for path in shown if not re.fullmatch(r"/|/\.\./r\d+", path)]
print("ESCAPED: " + repr(found[:3] + outside) if found or outside else "CONFINED")
