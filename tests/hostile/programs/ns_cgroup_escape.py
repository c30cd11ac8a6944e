# tries: find a cgroup file that can be written, to leave the group or lift its limits
# expect: CONFINED
import os

found = []
for top in ("/sys", "/sys/fs/cgroup", "/proc/self/root/sys", "/cgroup", "/dev/cgroup", "/run/cgroup"):
    for directory, _, files in os.walk(top):
        found += [f"{directory}/{name}" for name in files if name.startswith(("cgroup.", "memory.", "pids.", "cpu."))]
lines = open("/proc/self/cgroup").read().split()
shown = [line.split(":", 2)[2] for line in lines]
outside = [path for path in shown if path.startswith("/..")]
print("ESCAPED: " + repr(found[:3] + outside) if found or outside else "CONFINED")
