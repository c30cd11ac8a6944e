# tries: write to everything in /proc that can be opened for writing
# expect: CONFINED
import os

wrote = []
for name, text in [
    ("sysrq-trigger", "b"), ("sys/kernel/core_pattern", "|/work/x"), ("sys/kernel/modprobe", "/work/x"),
    ("sys/vm/overcommit_memory", "1"), ("sys/vm/drop_caches", "3"), ("sys/kernel/hostname", "owned"),
    ("sys/kernel/ns_last_pid", "100"), ("sys/kernel/pid_max", "400"), ("sys/fs/file-max", "10"),
    ("sys/kernel/sched_rt_runtime_us", "-1"), ("sys/net/ipv4/ip_forward", "1"),
    ("sys/fs/binfmt_misc/register", ":x:"),
    ("self/oom_score_adj", "-1000"), ("self/oom_adj", "-17"), ("self/loginuid", "0"),
    ("self/attr/current", "unconfined"),
    ("self/attr/exec", "unconfined"), ("self/sessionid", "1"), ("self/sched", "0"), ("self/autogroup", "-20"),
    ("self/make-it-fail", "1"), ("self/task/1/comm", "x"), ("1/comm", "x"), ("1/oom_score_adj", "1000"),
    ("1/timerslack_ns", "1"), ("1/coredump_filter", "0"), ("1/clear_refs", "1"), ("1/mem", "x"), ("mtrr", "x"),
    ("irq/default_smp_affinity", "1"), ("acpi/wakeup", "x"), ("self/timens_offsets", "monotonic 9 0"),
]:  # fmt: skip
    try:
        fd = os.open(f"/proc/{name}", os.O_WRONLY)
        if os.write(fd, text.encode()) > 0:
            wrote.append(name)
    except OSError:
        pass
# The audit id can only become one of the slot's own uids, and dies with the process.
wrote = [name for name in wrote if name not in ("self/sched", "self/autogroup", "self/loginuid")]
print(f"ESCAPED: {wrote}" if wrote else "CONFINED")
