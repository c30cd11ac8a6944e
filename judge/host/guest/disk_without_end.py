# tries: write until the disk is full
# expect: DISK_LIMIT
# limits: disk=2M
with open("/work/big", "wb", buffering=0) as file:
    while True:
        file.write(b"x" * 65536)
