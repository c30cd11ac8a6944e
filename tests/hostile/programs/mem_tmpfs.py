# tries: fill /tmp, /work and /dev/shm, one after the other
# expect: CONFINED | MEMORY_LIMIT | DISK_LIMIT
# limits: memory=64M disk=8M
import os

block = b"x" * (1 << 20)
wrote = {}
for directory in ("/tmp", "/work", "/dev/shm"):
    fd = os.open(f"{directory}/big", os.O_CREAT | os.O_WRONLY)
    wrote[directory] = 0
    try:
        while wrote[directory] < 1024:
            os.write(fd, block)
            wrote[directory] += 1
    except OSError:
        pass
print(f"ESCAPED: {wrote} MiB" if max(wrote.values()) > 9 else "CONFINED")
