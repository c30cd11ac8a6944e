# tries: write anywhere but the three writable places
# expect: CONFINED
import os

wrote = []
for directory in ["/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/bin", "/lib", "/var", "/var/tmp", "/run", "/root",
                  "/home", "/opt", "/dev", "/proc", "/artifact", "/srv"]:  # fmt: skip
    try:
        os.close(os.open(f"{directory}/.owned", os.O_CREAT | os.O_WRONLY, 0o600))
        wrote.append(directory)
    except OSError:
        pass
for file in ["/etc/passwd", "/usr/bin/env", "/etc/ld.so.preload", "/etc/ld.so.cache"]:
    for attempt in (lambda f: os.open(f, os.O_WRONLY), lambda f: os.chmod(f, 0o777), lambda f: os.rename(f, "/work/x"),
                    lambda f: os.unlink(f), lambda f: os.utime(f), lambda f: os.truncate(f, 0)):  # fmt: skip
        try:
            attempt(file)
            wrote.append(file)
        except OSError:
            pass
for name in os.listdir("/artifact")[:50]:
    try:
        os.open(f"/artifact/{name}", os.O_RDWR)
        wrote.append(name)
    except OSError:
        pass
print(f"ESCAPED: {wrote}" if wrote else "CONFINED")
