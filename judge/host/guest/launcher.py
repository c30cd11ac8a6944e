# tries: signal, slow down and starve the launcher, and see any other process
# expect: CONFINED
import os
import resource
import signal

done = []
attempts = [lambda: os.setpriority(os.PRIO_PROCESS, 1, 19), lambda: os.setpriority(os.PRIO_USER, 0, 19),
            lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (3, 3)), lambda: os.sched_setaffinity(1, {0}),
            lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)), lambda: os.pidfd_open(1),
            lambda: open("/proc/1/mem", "rb"), lambda: open("/proc/1/environ", "rb").read(),
            lambda: os.listdir("/proc/1/fd"), lambda: os.readlink("/proc/1/exe")]  # fmt: skip
attempts += [lambda sig=sig: os.kill(1, sig) for sig in signal.valid_signals()]
for place, attempt in enumerate(attempts):
    try:
        attempt()
        done.append(place)
    except OSError:
        pass
others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
print(f"ESCAPED: {done} {others}" if done or others else "CONFINED")
