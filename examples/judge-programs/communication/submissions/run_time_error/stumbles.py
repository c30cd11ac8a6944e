import sys

if sys.argv[1] == "1":
    raise SystemExit(3)
print(input().count("a"), flush=True)
