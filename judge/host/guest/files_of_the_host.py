# tries: read the host's secrets and write outside the three writable places
# expect: CONFINED
import os

found = []
for path in ("/etc/shadow", "/root/.ssh", "/home/*", "/sys/kernel", "/proc/sys/kernel", "/proc/kcore", "/proc/keys",
             "/var/lib/dpkg", "/var/log/wtmp", "/run/systemd", "/run/docker.sock", "/dev/mem", "/dev/kmsg", "/dev/sda",
             "/dev/vda", "/dev/tty0", "/dev/kvm", "/dev/fuse", "/proc/1/root/etc"):  # fmt: skip
    if os.path.exists(path):
        found.append(path)
for directory in ("/", "/usr", "/usr/bin", "/etc", "/dev", "/proc", "/artifact", "/var/tmp", "/run", "/root"):
    try:
        os.close(os.open(f"{directory}/.owned", os.O_CREAT | os.O_WRONLY, 0o600))
        found.append(f"wrote {directory}")
    except OSError:
        pass
for path in ("/dev/null", "/etc/passwd", "/usr/bin/env"):
    try:
        os.utime(path)
        found.append(f"touched {path}")
    except OSError:
        pass
print(f"ESCAPED: {found}" if found else "CONFINED")
