import sys

if sys.argv[1] == "inputs":
    print(*["1 2", "-5 3"], sep="\n")
else:
    lines = sys.stdin.read().split("\n")
    good = all(
        said == str(sum(map(int, given.split()))) for given, said in zip(lines[0:-1:2], lines[1::2], strict=False)
    )
    print("ok" if good else "bad")
