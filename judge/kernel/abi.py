"""Numbers of the kernel's interface, named as in its headers. Facts only; system-call argument values that only a
seccomp policy speaks of are in :mod:`judge.kernel.callargs`.

Sources: include/uapi/linux/{sched,mount,prctl,securebits,capability,seccomp,rtnetlink,magic}.h; asm/unistd.h.
"""

from __future__ import annotations

# linux/sched.h; CLONE_NEWTIME shares its bit with the exit signal of clone(2) and so counts in unshare(2) and
# clone3(2) only. CLONE_PIDFD: Linux 5.2, clone3: 5.3, CLONE_INTO_CGROUP: 5.7
CLONE_NEWTIME = 0x0000_0080
CLONE_PIDFD = 0x0000_1000
CLONE_NEWNS = 0x0002_0000
CLONE_NEWCGROUP = 0x0200_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

# linux/mount.h
MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_NOATIME = 1024
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2
# The mount API by descriptors, Linux 5.2
FSOPEN_CLOEXEC = 1
FSMOUNT_CLOEXEC = 1
FSCONFIG_SET_STRING = 1
FSCONFIG_CMD_CREATE = 6
MOUNT_ATTR_RDONLY = 1
MOUNT_ATTR_NOSUID = 2
MOUNT_ATTR_NODEV = 4
MOVE_MOUNT_F_EMPTY_PATH = 4
AT_FDCWD = -100

# linux/prctl.h
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

# linux/securebits.h: every bit and its lock, KEEP_CAPS itself left off but locked
SECBIT_LOCKED_DOWN = 0b1110_1111

# linux/capability.h
LINUX_CAPABILITY_VERSION_3 = 0x2008_0522
CAP_LAST_POSSIBLE = 63

# linux/seccomp.h; the listener flag: Linux 5.0
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_NEW_LISTENER = 1 << 3
SECCOMP_IOCTL_NOTIF_RECV = 0xC050_2100
SECCOMP_IOCTL_NOTIF_SEND = 0xC018_2101
#: Since Linux 6.6: a task that a notification or its answer wakes starts on the waker's core.
SECCOMP_IOCTL_NOTIF_SET_FLAGS = 0x4008_2104
SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP = 1
#: Since Linux 5.5.
SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1
SECCOMP_NOTIF_BYTES = 80

# System-call numbers without a wrapper in every C library we meet: (x86_64, aarch64)
_COMMON = {"move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "clone3": 435}
NR = {
    "x86_64": {"pivot_root": 155, "seccomp": 317, **_COMMON},
    "aarch64": {"pivot_root": 41, "seccomp": 277, **_COMMON},
}

# include/uapi/asm-generic/ioctls.h
TIOCSWINSZ = 0x5414
TIOCGPTN = 0x8004_5430
TIOCSPTLCK = 0x4004_5431
