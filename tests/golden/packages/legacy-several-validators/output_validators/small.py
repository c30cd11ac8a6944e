import sys

with open(sys.argv[1]) as case:
    limit = int(case.read())
sys.exit(42 if int(sys.stdin.read()) <= limit else 43)
