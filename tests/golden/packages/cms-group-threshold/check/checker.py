import sys

with open(sys.argv[3]) as output:
    word = output.read().strip()
print("partial?", file=sys.stderr)
print(word)
