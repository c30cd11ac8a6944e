"""n, then n integers on one line; the group's limit on their size comes as an argument."""

import sys

largest = int(sys.argv[1])
lines = sys.stdin.read().split("\n")
if len(lines) != 3 or lines[2]:
    sys.exit("expected exactly two lines")
words = lines[1].split(" ")
numbers = [int(word) for word in words]
well_formed = lines[0] == str(len(numbers)) and words == [str(number) for number in numbers]
in_range = 1 <= len(numbers) <= 1000 and all(abs(number) <= largest for number in numbers)
sys.exit(42 if well_formed and in_range else 43)
