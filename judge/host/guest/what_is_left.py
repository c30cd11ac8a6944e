# tries: find anything that the runs before left: files, processes, a lower priority, smaller limits
# expect: CONFINED
import os
import resource

left = [f"/work/{name}" for name in os.listdir("/work") if name != "attack.py"]
left += [f"{place}/{name}" for place in ("/tmp", "/dev/shm") for name in os.listdir(place)]
left += [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
mine, given = ((os.getpriority(os.PRIO_PROCESS, pid), os.sched_getscheduler(pid)) for pid in (0, 1))
if mine != given:  # the launcher's are those that the whole service was started with
    left.append("priority")
if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 64 or os.umask(0o022) == 0o777:
    left.append("limits")
print(f"ESCAPED: {left}" if left else "CONFINED")
