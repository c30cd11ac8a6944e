# tries: lock inodes that every slot of the host shares
# expect: CONFINED
import errno
import fcntl
import os

held = []
for fd in (os.eventfd(0), os.open("/dev/null", os.O_RDWR)):  # files of the root are an overlay's: the slot's own
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
