# tries: burn CPU without end in several processes
# expect: CPU_LIMIT
# limits: cpu=100ms wall=3s
import os

os.fork()
os.fork()
while True:
    pass
