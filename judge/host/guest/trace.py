# tries: attach to the launcher as a debugger
# expect: SYSCALL_DENIED ptrace
import ctypes

print("ESCAPED:", ctypes.CDLL(None).ptrace(16, 1, 0, 0))
