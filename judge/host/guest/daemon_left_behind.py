# tries: leave a daemon behind, deaf to signals, that holds the output open
# expect: EXITED 0
# limits: wall=3s
import os
import signal
import time

if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork() == 0:
        time.sleep(1000)
    time.sleep(1000)
