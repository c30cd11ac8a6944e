n = int(input())
assert n != 4
print(2 * n)
