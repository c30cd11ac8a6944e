# tries: gain by executing setuid files: the system's and one made here
# expect: CONFINED
# limits: cpu=2s
import os
import shutil
import stat
import subprocess

setuid = []
for directory in ("/usr/bin", "/usr/sbin"):
    for entry in os.scandir(directory):
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            setuid.append(entry.path)
shutil.copy("/usr/bin/id", "/work/id")
os.chmod("/work/id", 0o6755)
seen = subprocess.run(["/work/id", "-u"], capture_output=True, text=True).stdout.strip()
for path in setuid[:3]:
    subprocess.run([path, "--version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=1)
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
bad = seen != str(os.getuid()) or os.getuid() == 0 or int(status["CapPrm"], 16) or status["NoNewPrivs"] != "1"
print(f"ESCAPED: {seen}" if bad else "CONFINED")
