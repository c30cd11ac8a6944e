# tries: leave a key for the next run
# expect: SYSCALL_DENIED keyctl
import ctypes
import platform

number = {"x86_64": 250, "aarch64": 219}[platform.machine()]
print("ESCAPED:", ctypes.CDLL(None).syscall(ctypes.c_long(number), 0, -3, 1))
