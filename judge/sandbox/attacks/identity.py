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
if 0 in os.getresuid() or 0 in os.getresgid() or os.getgroups():
    wrong.append(f"is {os.getresuid()} {os.getresgid()} {os.getgroups()}")
print(f"ESCAPED: {wrong}" if wrong else "CONFINED")
