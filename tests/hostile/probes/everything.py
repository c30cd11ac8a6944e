"""Does everything that could leave something behind, and says which parts this machine let it do."""

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import socket
import threading

libc = ctypes.CDLL(None, use_errno=True)
DONE = []


@contextlib.contextmanager
def part(name):
    with contextlib.suppress(OSError, ValueError, OverflowError):
        yield
        DONE.append(name)


with part("files"):
    for top in ("/work", "/tmp", "/dev/shm"):
        os.makedirs(f"{top}/a/b")
        with open(f"{top}/a/b/c", "wb") as file:
            file.write(bytes(100_000))
        os.symlink("nowhere", f"{top}/link")
        os.mkfifo(f"{top}/fifo")
for top in ("/work", "/tmp", "/dev/shm"):
    with part(f"times of {top}"):
        os.utime(top, (1, 2))
    with part(f"mode of {top}"):
        os.chmod(top, 0o700)
for path in ("/dev/null", "/dev/zero", "/etc/passwd", "/usr/bin/env", "/artifact", "/proc/self"):
    with part(f"times of {path}"):
        os.utime(path)
for fd in range(3):
    with part(f"descriptor {fd}"):
        os.fchmod(fd, 0o600)
        os.utime(fd)
for family, kind, here in (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 4711)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 4712)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0abstract"),
):
    with part(f"connection {family}"), socket.socket(family, kind) as server, socket.socket(family, kind) as client:
        server.bind(here)
        server.listen()
        client.connect(here)
        client.sendall(b"x" * 1000)
        server.accept()[0].recv(1000)
for family, there in ((socket.AF_INET, "8.8.8.8"), (socket.AF_INET6, "2001:db8::1")):
    udp = socket.socket(family, socket.SOCK_DGRAM)
    for _ in range(300):
        with part(f"packet {family}"):
            udp.sendto(b"x", (there, 9))
with part("flow label"):
    label = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    label.setsockopt(41, 32, os.urandom(16) + bytes([0, 0, 0x12, 0x34, 0, 255, 1, 0, 60, 0, 60, 0, 0, 0, 0, 0]))
with part("multicast"):
    group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    group.setsockopt(
        socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.251") + socket.inet_aton("127.0.0.1")
    )
with part("local sockets in flight"):
    for _ in range(10):
        left, right = socket.socketpair()
        socket.send_fds(left, [b"x"], [left.fileno(), right.fileno()])
with part("processes"):
    for _ in range(8):
        if os.fork() == 0:
            os.setsid()
            signal.pause()
with part("limits"):
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
    resource.setrlimit(resource.RLIMIT_CPU, (9, 9))
for number, value in ((1, 9), (4, 0), (15, b"named"), (29, 1_000_000), (36, 1), (41, 1)):
    with part(f"prctl {number}"):
        libc.prctl(number, value, 0, 0, 0)
for name, value in (
    ("oom_score_adj", "1000"),
    ("coredump_filter", "0"),
    ("comm", "x"),
    ("timerslack_ns", "99"),
    ("projid_map", "1 1 1"),
    ("loginuid", "5"),
    ("autogroup", "5"),
    ("oom_adj", "3"),
):
    with part(f"/proc/self/{name}"), open(f"/proc/self/{name}", "w") as file:
        file.write(value)
with part("priority"):
    os.nice(10)
    os.umask(0o777)
    os.chdir("/tmp")
with part("signals"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGUSR1,))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.setitimer(signal.ITIMER_REAL, 100)
with part("threads"):
    for _ in range(4):
        threading.Thread(target=signal.pause, daemon=True).start()
with part("locks"):
    with open("/tmp/lock", "w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
with part("memory"):
    memory = bytearray(20 << 20)
    shared = os.memfd_create("left")
    os.ftruncate(shared, 1 << 20)
print(*DONE, sep="\n")
