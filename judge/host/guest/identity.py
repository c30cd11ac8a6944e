# tries: be somebody: root, a capability, a group, without no_new_privs or the filter
# expect: CONFINED
import os

status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
wrong = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[name], 16)]
wrong += [name for name, value in (("NoNewPrivs", "1"), ("Seccomp", "2")) if status[name] != value]
for become in (os.setuid, os.setgid, lambda n: os.setgroups([n]), lambda n: os.setresuid(n, n, n)):
    try:
        become(0)
        wrong.append("became 0")
    except OSError:
        pass
# Where only one uid could be had, the kernel forbids to leave groups: ours, and such as have no name in here.
strange = set(os.getgroups()) - {os.getgid(), 65534}
if 0 in os.getresuid() or 0 in os.getresgid() or strange:
    wrong.append(f"is {os.getresuid()} {os.getresgid()} {os.getgroups()}")
print(f"ESCAPED: {wrong}" if wrong else "CONFINED")
