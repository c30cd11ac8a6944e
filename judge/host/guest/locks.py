# tries: lock inodes that every slot of the host shares
# expect: CONFINED
import errno
import fcntl
import os

held = []
# Files of the root can be locked: they are an overlay's, so their inodes, and with them their locks, are the slot's own
# (docs/explanation/seccomp.md, "Locks"). An overlay's files lie on no numbered device; a file of the host's disk would.
# That no other slot sees such a lock takes two slots to show: tests/hostile/programs/pair_locks.c does.
for path in ("/etc/passwd", "/usr"):
    if os.major(os.stat(path).st_dev):
        held.append(path)
for fd in (os.eventfd(0), os.open("/dev/null", os.O_RDWR)):
    for lock in (lambda fd: fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB),
                 lambda fd: fcntl.lockf(fd, fcntl.LOCK_SH | fcntl.LOCK_NB),
                 lambda fd: fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)):  # fmt: skip
        try:
            lock(fd)
            held.append(fd)
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.EINVAL):
                held.append(error)
print(f"ESCAPED: {held}" if held else "CONFINED")
