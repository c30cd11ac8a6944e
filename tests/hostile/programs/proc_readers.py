# tries: read what /proc tells of the whole machine
# expect: CONFINED
import os

names = """
kcore kmsg kallsyms keys key-users timer_list sched_debug iomem ioports interrupts modules slabinfo
vmallocinfo pagetypeinfo sysrq-trigger config.gz cmdline version partitions diskstats swaps locks bus fs/nfsd
acpi scsi driver irq mtrr vmcoreinfo sys/kernel/core_pattern sys/kernel/random/boot_id sys/kernel/hostname
sys/fs/file-nr sys/net/core/somaxconn pressure/cpu loadavg stat meminfo buddyinfo zoneinfo
""".split()
opened = []
for name in names:
    try:
        open(f"/proc/{name}", "rb").read(1)
        opened.append(name)
    except OSError:
        pass
others = [name for name in os.listdir("/proc") if name.isdigit() and name not in ("1", str(os.getpid()))]
# A run-time may need to know how many processors there are; nothing else of the machine is shown.
opened = [name for name in opened if name not in ("stat", "meminfo", "loadavg")]
print(f"ESCAPED: {opened} {others}" if opened or others else "CONFINED")
