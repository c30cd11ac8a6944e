# tries: find anything that the runs before left: files, processes, a lower priority, smaller limits
# expect: CONFINED
import os
import resource

left = [f"/work/{name}" for name in os.listdir("/work") if name != "attack.py"]
left += [f"{place}/{name}" for place in ("/tmp", "/dev/shm") for name in os.listdir(place)]
left += [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
if os.getpriority(os.PRIO_PROCESS, 0) or os.sched_getscheduler(0) != os.SCHED_OTHER:
    left.append("priority")
if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 64 or os.umask(0o022) == 0o777:
    left.append("limits")
print(f"ESCAPED: {left}" if left else "CONFINED")
