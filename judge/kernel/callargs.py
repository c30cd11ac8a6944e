"""Argument values of system calls that only a seccomp policy speaks of, named as in the kernel's headers. Facts only.

The values are the same on x86_64 and aarch64, but for those of ``os``, which are this machine's.
Sources: include/uapi/linux/{fcntl,prctl,resource,fadvise}.h,
include/uapi/asm-generic/{ioctls,mman-common,socket}.h, include/uapi/linux/{personality,memfd,ioprio,nsfs,fs}.h.
"""

from __future__ import annotations

import os

# Of socket(2) and setsockopt(2).
AF_UNIX = 1
AF_INET = 2
AF_INET6 = 10
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_TYPE_MASK = 0xF
IPPROTO_IP = 0
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 1
SO_ATTACH_FILTER = 26
SO_ATTACH_BPF = 50
SO_ATTACH_REUSEPORT_CBPF = 51
SO_ATTACH_REUSEPORT_EBPF = 52
SO_COOKIE = 57
SO_NETNS_COOKIE = 71
# linux/in.h
IP_LOCAL_PORT_RANGE = 51
# linux/in6.h
IPPROTO_IPV6 = 41
IPV6_FLOWLABEL_MGR = 32

# fcntl(2): linux/fcntl.h, asm-generic/fcntl.h
F_GETLK = 5
F_SETLK = 6
F_SETLKW = 7
F_OFD_GETLK = 36
F_OFD_SETLK = 37
F_OFD_SETLKW = 38
F_SETLEASE = 1024
F_GETLEASE = 1025
F_NOTIFY = 1026
F_SETFL = 4
F_SET_RW_HINT = 1036
F_SET_FILE_RW_HINT = 1038
O_DIRECT = os.O_DIRECT

# ioctl(2): asm-generic/ioctls.h; nsfs requests are _IO(0xb7, n).
TIOCSTI = 0x5412
TIOCLINUX = 0x541C
TIOCCONS = 0x541D
TIOCSETD = 0x5423
IOCTL_TYPE_MASK = 0xFF00
NSIO = 0xB700

# personality(2): linux/personality.h
PER_LINUX = 0
ADDR_NO_RANDOMIZE = 0x0004_0000
PERSONALITY_QUERY = 0xFFFF_FFFF

# Of mmap(2), madvise(2), memfd_create(2), posix_fadvise(2) and preadv2(2).
MAP_HUGETLB = 0x0004_0000
MADV_MERGEABLE = 12
MADV_COLD = 20
MADV_PAGEOUT = 21
MADV_HWPOISON = 100
MADV_SOFT_OFFLINE = 101
MFD_HUGETLB = 0x0004
POSIX_FADV_DONTNEED = 4
RWF_NOWAIT = 0x0000_0008
RWF_DONTCACHE = 0x0000_0080

# mknod(2): linux/stat.h
S_IFMT = 0o170000
S_IFCHR = 0o020000
S_IFBLK = 0o060000

# Of setrlimit(2) and prlimit64(2).
RLIMIT_CORE = 4

# Of setpriority(2) and ioprio_set(2).
PRIO_PROCESS = 0
IOPRIO_WHO_PROCESS = 1

# prctl(2): linux/prctl.h; others in abi
PR_GET_PDEATHSIG = 2
PR_GET_DUMPABLE = 3
PR_GET_KEEPCAPS = 7
PR_SET_KEEPCAPS = 8
PR_GET_TIMING = 13
PR_SET_NAME = 15
PR_GET_NAME = 16
PR_GET_SECCOMP = 21
PR_SET_SECCOMP = 22
PR_CAPBSET_READ = 23
PR_GET_TSC = 25
PR_GET_SECUREBITS = 27
PR_SET_TIMERSLACK = 29
PR_GET_TIMERSLACK = 30
PR_SET_MM = 35
PR_GET_CHILD_SUBREAPER = 37
PR_GET_NO_NEW_PRIVS = 39
PR_GET_TID_ADDRESS = 40
PR_SET_THP_DISABLE = 41
PR_GET_THP_DISABLE = 42
PR_SVE_SET_VL = 50
PR_SVE_GET_VL = 51
PR_GET_SPECULATION_CTRL = 52
PR_SET_SPECULATION_CTRL = 53
PR_PAC_RESET_KEYS = 54
PR_SET_TAGGED_ADDR_CTRL = 55
PR_GET_TAGGED_ADDR_CTRL = 56
PR_PAC_SET_ENABLED_KEYS = 60
PR_PAC_GET_ENABLED_KEYS = 61
PR_SME_SET_VL = 63
PR_SME_GET_VL = 64
PR_SET_MDWE = 65
PR_GET_MDWE = 66
PR_SET_VMA = 0x5356_4D41
