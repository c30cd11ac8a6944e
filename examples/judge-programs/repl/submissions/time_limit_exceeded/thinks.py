import sys

for _line in sys.stdin:
    while True:
        pass
