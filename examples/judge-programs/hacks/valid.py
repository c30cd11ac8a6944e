import sys

lines = sys.stdin.read().split("\n")
words = lines[0].split(" ")
if len(lines) != 2 or lines[1] or len(words) != 2 or not all(word.lstrip("-").isdigit() for word in words):
    print("one line of two integers is asked for")
    sys.exit(1)
if any(abs(int(word)) > 10**9 for word in words):
    print("at most 10^9")
    sys.exit(1)
