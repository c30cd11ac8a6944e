# tries: calls that go round the filter, outlive the run, or see what others do
# expect: CONFINED
import ctypes
import errno
import platform

libc = ctypes.CDLL(None, use_errno=True)
GENERIC = {"io_uring_setup": 425, "open_tree_new": 999, "clone3": 435, "cachestat": 451, "landlock": 444}
BY_MACHINE = {
    "x86_64": {"shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "inotify_init1": 294, "io_setup": 206},
    "aarch64": {"shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "inotify_init1": 26, "io_setup": 0},
}
reached = []
for name, number in {**GENERIC, **BY_MACHINE.get(platform.machine(), {})}.items():
    if libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.ENOSYS:
        reached.append((name, ctypes.get_errno()))
print(f"ESCAPED: {reached}" if reached else "CONFINED")
