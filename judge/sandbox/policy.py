"""The system-call policies, as data. What each refusal is for stands beside it; how it is compiled is in
:mod:`judge.kernel.seccomp`, what a user sees of it in ``docs/explanation/seccomp.md``.

Three kinds of answer:

* allowed: what programs, compilers and language runtimes need;
* refused softly, with the errno of a kernel that lacks the call or forbids it: whatever an honest runtime may probe;
* refused hard (``NOTIFY``): calls that only an attack makes. The run ends with outcome SYSCALL_DENIED and its name.

And two beside them, which reach the run loop as well and go on: the calls of ``NOTED`` are allowed, and it knows that
they were made; those of ``LOCK_CALLS`` take file locks, and it counts and looks at them.

Calls not named here, those of future kernels included, do not exist (ENOSYS).
"""

from __future__ import annotations

from errno import (
    EACCES,
    EAFNOSUPPORT,
    EINVAL,
    ENOMEM,
    ENOPROTOOPT,
    ENOSYS,
    ENOTTY,
    EOPNOTSUPP,
    EPERM,
    EPROTONOSUPPORT,
    ESOCKTNOSUPPORT,
)

from judge.kernel import abi
from judge.kernel import callargs as c
from judge.kernel.seccomp import ALLOW, NOTIFY, Call, Match, Policy, Rule, fail

_FILES = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 execve execveat faccessat faccessat2
    fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fdatasync fgetxattr flistxattr fstat fstatfs fsync
    ftruncate futimesat getcwd getdents getdents64 getxattr lchown lgetxattr link linkat listxattr llistxattr lseek
    lstat mkdir mkdirat newfstatat pread64 preadv pwrite64 pwritev read readahead readlink readlinkat readv
    rename renameat renameat2 rmdir sendfile splice stat statfs statx symlink symlinkat
    sync_file_range tee truncate umask unlink unlinkat utime utimensat utimes vmsplice write writev
"""
_MEMORY = """
    brk membarrier mincore mlock mlock2 mlockall mprotect mremap msync munlock munlockall munmap map_shadow_stack
    mseal pkey_alloc pkey_free pkey_mprotect
"""
_PROCESSES = """
    arch_prctl capget capset exit exit_group fork futex futex_waitv get_robust_list getcpu getegid geteuid getgid
    getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid
    ioprio_get restart_syscall rseq sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
    sched_getparam sched_getscheduler sched_rr_get_interval sched_yield set_robust_list set_tid_address setfsgid
    setfsuid setgid setgroups setpgid setregid setresgid setresuid setreuid setsid setuid sysinfo times
    uname vfork wait4 waitid
"""
_SIGNALS = """
    pause pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait
    sigaltstack signalfd signalfd4
"""
_EVENTS = """
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 pipe pipe2 poll ppoll
    pselect6 select
"""
_CLOCKS = """
    alarm clock_getres clock_gettime clock_nanosleep getitimer getrandom gettimeofday nanosleep setitimer time
    timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime
    timerfd_settime
"""
_SOCKETS = """
    accept accept4 bind connect getpeername getsockname listen recvfrom recvmmsg recvmsg sendmmsg sendmsg
    sendto shutdown
"""
#: The kernel puts these into a program that its host's administrator traces; called by hand they only fault.
_TRACING = "uprobe uretprobe"
ALLOWED = " ".join((_FILES, _MEMORY, _PROCESSES, _SIGNALS, _EVENTS, _CLOCKS, _SOCKETS, _TRACING)).split()

_HOSTILE = """
    mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr
    setns ptrace process_vm_writev
    kexec_load kexec_file_load init_module finit_module delete_module bpf
    add_key request_key keyctl userfaultfd open_by_handle_at
"""
#: Calls that no program, compiler or runtime makes unless it means harm: the first one ends the run.
HOSTILE = _HOSTILE.split()

#: errno -> calls that answer it and do nothing.
SOFT: dict[int, str] = {
    # What the kernel itself tells an unprivileged caller; answered before its code is reached.
    EPERM: """
        acct adjtimex clock_adjtime clock_settime settimeofday swapon swapoff quotactl quotactl_fd reboot
        sethostname setdomainname vhangup iopl ioperm syslog fanotify_init fanotify_mark kcmp pidfd_getfd
        process_vm_readv seccomp
    """
    # Memory policy and CPU affinity: the slot's pins must hold; runtimes know this errno from container engines.
    "mbind set_mempolicy get_mempolicy migrate_pages move_pages sched_setaffinity sched_setattr",
    EACCES: "perf_event_open",
    EOPNOTSUPP: """
        setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr name_to_handle_at
    """,
    # Flushing the whole host is not a program's business; nothing a run writes needs to survive a power cut.
    0: "sync syncfs",
    # io_uring and aio go round this filter and count against host-wide limits, System V and POSIX queues outlive
    # processes, inotify sees who opens the host's device nodes, cachestat what others read. clone3 and openat2 hide
    # their flags in memory, where no filter can look: every libc falls back to clone and openat.
    ENOSYS: """
        clone3 openat2 io_uring_setup io_uring_enter io_uring_register
        io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
        shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
        mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
        inotify_init inotify_init1 inotify_add_watch inotify_rm_watch cachestat memfd_secret
        landlock_create_ruleset landlock_add_rule landlock_restrict_self
        process_madvise process_mrelease modify_ldt remap_file_pages statmount listmount listns
    """,
}

_NEW_NAMESPACES = (
    abi.CLONE_NEWNS | abi.CLONE_NEWCGROUP | abi.CLONE_NEWUTS | abi.CLONE_NEWIPC
    | abi.CLONE_NEWUSER | abi.CLONE_NEWPID | abi.CLONE_NEWNET
)  # fmt: skip

#: See :mod:`judge.sandbox.lock_calls`.
LOCK_CALLS = frozenset({"flock", "fcntl"})
_LOCK_COMMANDS = (c.F_GETLK, c.F_SETLK, c.F_SETLKW, c.F_OFD_GETLK, c.F_OFD_SETLK, c.F_OFD_SETLKW)

#: prctl options that act on the caller alone; the others get EINVAL, as from a kernel without them. Left out with
#: intent: PR_SCHED_CORE (idles a neighbour's hyper-thread), PR_SET_MEMORY_MERGE (shows what others have in memory),
#: PR_SET_PTRACER, PR_SET_SYSCALL_USER_DISPATCH, PR_SET_IO_FLUSHER, PR_MCE_KILL.
_PRCTL_ALLOWED = (
    c.PR_SET_NAME, c.PR_GET_NAME, c.PR_SET_VMA, abi.PR_SET_PDEATHSIG, c.PR_GET_PDEATHSIG, c.PR_GET_DUMPABLE,
    abi.PR_SET_DUMPABLE, c.PR_GET_KEEPCAPS, c.PR_SET_KEEPCAPS, c.PR_GET_TIMING, c.PR_GET_SECCOMP, c.PR_CAPBSET_READ,
    abi.PR_CAPBSET_DROP, c.PR_GET_TSC, c.PR_GET_SECUREBITS, c.PR_SET_TIMERSLACK, c.PR_GET_TIMERSLACK,
    abi.PR_SET_CHILD_SUBREAPER, c.PR_GET_CHILD_SUBREAPER, abi.PR_SET_NO_NEW_PRIVS, c.PR_GET_NO_NEW_PRIVS,
    c.PR_GET_TID_ADDRESS, c.PR_SET_THP_DISABLE, c.PR_GET_THP_DISABLE, abi.PR_CAP_AMBIENT, c.PR_SVE_SET_VL,
    c.PR_SVE_GET_VL, c.PR_GET_SPECULATION_CTRL, c.PR_SET_SPECULATION_CTRL, c.PR_PAC_RESET_KEYS,
    c.PR_SET_TAGGED_ADDR_CTRL, c.PR_GET_TAGGED_ADDR_CTRL, c.PR_PAC_SET_ENABLED_KEYS, c.PR_PAC_GET_ENABLED_KEYS,
    c.PR_SME_SET_VL, c.PR_SME_GET_VL, c.PR_SET_MDWE, c.PR_GET_MDWE,
)  # fmt: skip


def _when(arg: int, *values: int, mask: int = 0xFFFF_FFFF_FFFF_FFFF, bits: int = 32) -> Match:
    return Match(arg, values, mask, bits)


def _only_if(action_else: int, *matches: Match) -> Call:
    return Call((Rule(matches, ALLOW),), action_else)


def _except(*rules: tuple[Match, int], also: tuple[Rule, ...] = ()) -> Call:
    return Call((*(Rule((match,), action) for match, action in rules), *also), ALLOW)


def _uncached(arg: int) -> Match:
    return _when(arg, c.O_DIRECT, mask=c.O_DIRECT)


#: Process 1 of a container is the launcher, which outlives the run. It ignores signals from inside; this keeps a
#: run from lowering its limits and priority as well, which the next run would inherit.
def _not_the_launcher(arg: int) -> Call:
    return _except((_when(arg, 1), fail(EPERM)))


#: Calls that the run loop hears of and lets happen: once an internet socket was made, nothing of its network
#: namespace is shown to a later run. Their decisive arguments are numbers, which nobody can change meanwhile.
NOTED = frozenset({"socket"})

_INTERNET = _when(0, c.AF_INET, c.AF_INET6)

#: Calls whose arguments decide.
BY_ARGUMENT: dict[str, Call] = {
    "clone": _only_if(NOTIFY, _when(0, 0, mask=_NEW_NAMESPACES)),
    "unshare": _only_if(NOTIFY, _when(0, 0, mask=_NEW_NAMESPACES | abi.CLONE_NEWTIME)),
    # An unknown family or protocol makes the kernel load a module; vsock reaches the hypervisor from any namespace.
    "socket": Call(
        (
            Rule((_when(0, c.AF_UNIX),), ALLOW),
            Rule(
                (
                    _INTERNET,
                    _when(1, c.SOCK_STREAM, c.SOCK_DGRAM, mask=c.SOCK_TYPE_MASK),
                    _when(2, c.IPPROTO_IP, c.IPPROTO_TCP, c.IPPROTO_UDP),
                ),
                NOTIFY,  # noted: the next run gets another network namespace
            ),
            Rule((_INTERNET, _when(1, c.SOCK_STREAM, c.SOCK_DGRAM, mask=c.SOCK_TYPE_MASK)), fail(EPROTONOSUPPORT)),
            Rule((_INTERNET,), fail(ESOCKTNOSUPPORT)),
        ),
        fail(EAFNOSUPPORT),
    ),
    "socketpair": _only_if(fail(EAFNOSUPPORT), _when(0, c.AF_UNIX)),
    "setsockopt": Call(
        (
            Rule(
                (
                    _when(1, c.SOL_SOCKET),
                    _when(
                        2,
                        c.SO_ATTACH_FILTER,
                        c.SO_ATTACH_BPF,
                        c.SO_ATTACH_REUSEPORT_CBPF,
                        c.SO_ATTACH_REUSEPORT_EBPF,
                    ),
                ),
                fail(EPERM),
            ),
            # Flow labels outlive their sockets, and all network namespaces share the room for them.
            Rule((_when(1, c.IPPROTO_IPV6), _when(2, c.IPV6_FLOWLABEL_MGR)), fail(ENOPROTOOPT)),
            # With ranges of one's own the ports tell of a counter that no network namespace has for itself.
            Rule((_when(1, c.IPPROTO_IP), _when(2, c.IP_LOCAL_PORT_RANGE)), fail(ENOPROTOOPT)),
        ),
        ALLOW,
    ),
    # Cookies are counted up for the whole machine, and only by those who ask for them: exact to the last one.
    "getsockopt": Call(
        (Rule((_when(1, c.SOL_SOCKET), _when(2, c.SO_COOKIE, c.SO_NETNS_COOKIE)), fail(ENOPROTOOPT)),),
        ALLOW,
    ),
    # Terminal injection is an attack on the terminal's owner; nsfs requests walk up to the host's namespaces.
    "ioctl": _except(
        (_when(1, c.TIOCSTI, c.TIOCLINUX), NOTIFY),
        (_when(1, c.TIOCSETD, c.TIOCCONS), fail(EPERM)),
        (_when(1, c.NSIO, mask=c.IOCTL_TYPE_MASK), fail(ENOTTY)),
    ),
    "flock": Call((), NOTIFY),
    "fcntl": _except(
        (_when(1, *_LOCK_COMMANDS), NOTIFY),
        (_when(1, c.F_SETLEASE, c.F_GETLEASE, c.F_NOTIFY), fail(EINVAL)),
        # A hint stays on the inode for the next one to open it.
        (_when(1, c.F_SET_RW_HINT, c.F_SET_FILE_RW_HINT), fail(EINVAL)),
        also=(Rule((_when(1, c.F_SETFL), _uncached(2)), fail(EINVAL)),),
    ),
    # The query, the default, and fixed addresses, which SBCL and CLISP ask for before they map their heaps.
    "personality": _only_if(fail(EPERM), _when(0, c.PER_LINUX, c.ADDR_NO_RANDOMIZE, c.PERSONALITY_QUERY)),
    "prctl": Call(
        (
            Rule((_when(0, *_PRCTL_ALLOWED),), ALLOW),
            Rule((_when(0, c.PR_SET_SECCOMP, abi.PR_SET_SECUREBITS, c.PR_SET_MM),), fail(EPERM)),
        ),
        fail(EINVAL),
    ),
    # Huge pages come from a host-wide pool that the memory limit does not count.
    "mmap": _except((_when(3, c.MAP_HUGETLB, mask=c.MAP_HUGETLB), fail(ENOMEM))),
    "memfd_create": _except((_when(1, c.MFD_HUGETLB, mask=c.MFD_HUGETLB), fail(ENOMEM))),
    # Merging identical pages shows by its timing what other slots have in memory.
    # Pages that go out at once are read from the disk again and again, and where they are shared, by others.
    "madvise": _except(
        (_when(2, c.MADV_MERGEABLE, c.MADV_HWPOISON, c.MADV_SOFT_OFFLINE), fail(EINVAL)),
        (_when(2, c.MADV_COLD, c.MADV_PAGEOUT), fail(EINVAL)),
    ),
    # The page cache of the shared layers: asking what is in it, or throwing it out, is a way to talk.
    "preadv2": _except(
        (_when(5, c.RWF_NOWAIT, mask=c.RWF_NOWAIT), fail(EOPNOTSUPP)),
        (_when(5, c.RWF_DONTCACHE, mask=c.RWF_DONTCACHE), fail(EOPNOTSUPP)),
    ),
    "pwritev2": _except((_when(5, c.RWF_DONTCACHE, mask=c.RWF_DONTCACHE), fail(EOPNOTSUPP))),
    # Reading past the page cache keeps the disk busy for next to no CPU time; the errno is a file system's without it.
    "open": _except((_uncached(1), fail(EINVAL))),
    "openat": _except((_uncached(2), fail(EINVAL))),
    "fadvise64": _except((_when(3, c.POSIX_FADV_DONTNEED), fail(0))),
    "mknod": _except((_when(1, c.S_IFCHR, c.S_IFBLK, mask=c.S_IFMT), fail(EPERM))),
    "mknodat": _except((_when(2, c.S_IFCHR, c.S_IFBLK, mask=c.S_IFMT), fail(EPERM))),
    "kill": _not_the_launcher(0),
    "tkill": _not_the_launcher(0),
    "tgkill": _not_the_launcher(0),
    "rt_sigqueueinfo": _not_the_launcher(0),
    "rt_tgsigqueueinfo": _not_the_launcher(0),
    "pidfd_open": _not_the_launcher(0),
    "sched_setscheduler": _not_the_launcher(0),
    "sched_setparam": _not_the_launcher(0),
    # The core limit stays at its one byte: with none a crash would start the host's crash handler.
    "setrlimit": _except((_when(0, c.RLIMIT_CORE), fail(0))),
    "prlimit64": Call(
        (
            Rule((_when(2, 0, bits=64),), ALLOW),
            Rule((_when(0, 1),), fail(EPERM)),
            Rule((_when(1, c.RLIMIT_CORE),), fail(0)),
        ),
        ALLOW,
    ),
    "setpriority": Call(
        (Rule((_when(1, 1),), fail(EPERM)), Rule((_when(0, c.PRIO_PROCESS),), ALLOW)),
        fail(EPERM),
    ),
    "ioprio_set": Call(
        (Rule((_when(1, 1),), fail(EPERM)), Rule((_when(0, c.IOPRIO_WHO_PROCESS),), ALLOW)),
        fail(EPERM),
    ),
}


def _policy(name: str) -> Policy:
    calls: dict[str, int | Call] = dict.fromkeys(ALLOWED, ALLOW)
    calls.update(dict.fromkeys(HOSTILE, NOTIFY))
    for errno, names in SOFT.items():
        calls.update(dict.fromkeys(names.split(), fail(errno)))
    calls.update(BY_ARGUMENT)
    return Policy(name=name, calls=calls, default=fail(ENOSYS), foreign=NOTIFY)


#: By name: "default" for programs, "compile" for compilers. They are alike.
POLICIES: dict[str, Policy] = {name: _policy(name) for name in ("default", "compile")}
