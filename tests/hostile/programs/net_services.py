# tries: reach the judge's own services and the world outside
# expect: CONFINED
# limits: wall=6s
import socket

reached = []
for port in (22, 80, 111, 443, 5432, 5672, 6379, 8080, 9090, 9091, 9100):
    for host in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((host, port), timeout=0.2)
            reached.append((host, port))
        except OSError:
            pass
for host in ("10.0.2.2", "169.254.169.254", "172.17.0.1", "192.168.1.1", "8.8.8.8", "255.255.255.255", "224.0.0.1"):
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        datagram.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        datagram.sendto(b"hello", (host, 53))
        reached.append(host)
    except OSError:
        pass
try:
    reached.append(socket.getaddrinfo("example.org", 80))
except OSError:
    pass
print(f"ESCAPED: {reached}" if reached else "CONFINED")
