# tries: hold the slot by sleeping
# expect: WALL_LIMIT
# limits: wall=150ms
import time

time.sleep(1000)
