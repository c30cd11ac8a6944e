# tries: type into the judge's terminal
# expect: SYSCALL_DENIED ioctl
import fcntl

fcntl.ioctl(0, 0x5412, b"x")
