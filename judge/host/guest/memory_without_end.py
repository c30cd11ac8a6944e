# tries: allocate without end, in a child
# expect: MEMORY_LIMIT
# limits: memory=24M cpu=2s
import os

if os.fork() == 0:
    kept = []
    while True:
        kept.append(bytearray(b"x" * (1 << 20)))
os.wait()
