# tries: see other processes: the supervisor, the launcher's command line, anything with a number
# expect: CONFINED
import os

visible = []
for pid in range(1, 4096):
    if pid == os.getpid():
        continue
    try:
        os.kill(pid, 0)
        visible.append(pid)
    except ProcessLookupError:
        pass
    except PermissionError:
        if pid != 1:
            visible.append(pid)
print(f"ESCAPED: {visible}" if visible else "CONFINED")
