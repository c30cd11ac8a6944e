# tries: gain by executing setuid files: the system's and one made here
# expect: CONFINED
import os
import shutil
import stat
import subprocess

setuid = []
for top in ("/usr/bin", "/usr/sbin", "/usr/lib"):
    for directory, _, names in os.walk(top):
        for name in names:
            path = os.path.join(directory, name)
            try:
                if stat.S_ISREG(os.lstat(path).st_mode) and os.lstat(path).st_mode & (stat.S_ISUID | stat.S_ISGID):
                    setuid.append(path)
            except OSError:
                pass
        if top == "/usr/lib" and len(setuid) > 20:
            break
shutil.copy("/usr/bin/id", "/work/id")
os.chmod("/work/id", 0o6755)
seen = subprocess.run(["/work/id", "-u"], capture_output=True, text=True).stdout.strip()
for path in setuid[:6]:
    subprocess.run([path, "--version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=1)
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
bad = seen != str(os.getuid()) or os.getuid() == 0 or int(status["CapPrm"], 16) or status["NoNewPrivs"] != "1"
print(f"ESCAPED: {seen}" if bad else "CONFINED")
