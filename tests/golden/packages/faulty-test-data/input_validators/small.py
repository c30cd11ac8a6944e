import sys

sys.exit(42 if int(sys.stdin.read()) <= 100 else 43)
