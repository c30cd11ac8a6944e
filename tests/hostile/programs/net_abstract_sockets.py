# tries: reach sockets with names in no directory: those of the host's desktop, containers and init
# expect: CONFINED
import socket

names = ["\0/tmp/.X11-unix/X0", "\0/org/kernel/linux/storage/multipathd", "\0/containerd-shim", "\0isc_notify",
         "\0/run/systemd/notify", "\0snapd.socket", "\0@/tmp/dbus", "/run/docker.sock", "/var/run/docker.sock",
         "/run/systemd/private", "/run/dbus/system_bus_socket", "/var/run/redis/redis.sock"]  # fmt: skip
reached = []
for name in names:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as sock:
            try:
                sock.connect(name)
                reached.append(name)
            except OSError:
                pass
try:
    listed = open("/proc/self/net/unix").read().splitlines()[1:]
    reached += [line for line in listed if line.split()[-1].startswith(("@", "/"))]
except OSError:
    pass
print(f"ESCAPED: {reached}" if reached else "CONFINED")
