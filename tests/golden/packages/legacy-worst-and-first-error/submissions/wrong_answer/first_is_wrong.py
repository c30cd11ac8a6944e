n = int(input())
assert n != 2
print(0 if n == 1 else 2 * n)
