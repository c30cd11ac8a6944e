# tries: reach the hypervisor, the kernel's interfaces, and anything beyond the own network namespace
# expect: CONFINED
import socket

reached = []
for family in (16, 17, 29, 31, 38, 40, 44):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(family, kind).close()
            reached.append(family)
        except OSError:
            pass
for address in (("127.0.0.1", 6379), ("127.0.0.1", 22), ("10.0.2.2", 80), ("169.254.169.254", 80)):
    with socket.socket() as sock:
        sock.settimeout(0.1)
        if sock.connect_ex(address) == 0:
            reached.append(address)
print(f"ESCAPED: {reached}" if reached else "CONFINED")
