import sys

print("1 2" if sys.argv[1] == "inputs" else "bad")
