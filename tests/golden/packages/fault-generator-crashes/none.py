import sys

number = int(sys.argv[1])
print(number)
print(4 // (2 - number), file=sys.stderr)
