import sys

for line in sys.stdin:
    print("ok" if "=" in line else "0", flush=True)
