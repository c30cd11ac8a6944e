# tries: fork without end from an interpreter, catching every error
# expect: PROCESS_LIMIT | CPU_LIMIT | WALL_LIMIT | MEMORY_LIMIT
# limits: cpu=400ms wall=3s processes=24
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
