# tries: find a device that should not be there, or change one that should
# expect: CONFINED
import os

allowed = {"null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "shm", "ptmx", "pts", "tty"}
extra = set(os.listdir("/dev")) - allowed
changed = []
for name in ("null", "zero", "full", "random", "urandom", "tty"):
    before = os.stat(f"/dev/{name}").st_mtime_ns
    for attempt in (lambda p: os.utime(p), lambda p: os.chmod(p, 0o600), lambda p: os.unlink(p),
                    lambda p: os.rename(p, "/dev/x"), lambda p: os.chown(p, os.getuid(), os.getgid())):  # fmt: skip
        try:
            attempt(f"/dev/{name}")
            changed.append(name)
        except OSError:
            pass
    if os.stat(f"/dev/{name}").st_mtime_ns != before:
        changed.append(name)
print(f"ESCAPED: {sorted(extra)} {changed}" if extra or changed else "CONFINED")
