import sys

for line in sys.stdin:
    stones = int(line)
    if stones == 0:
        break
    print(stones % 4 or 1, flush=True)
