n = int(input())
assert n != 4
print(0 if n == 3 else 2 * n)
