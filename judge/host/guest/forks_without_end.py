# tries: fork until refused
# expect: PROCESS_LIMIT
# limits: processes=16 wall=3s
import os
import time

for _ in range(1000):
    if os.fork() == 0:
        time.sleep(1000)
