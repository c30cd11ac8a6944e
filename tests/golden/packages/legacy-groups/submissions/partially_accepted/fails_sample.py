n = int(input())
print(2 * n if n in (0, 1, 2) else 7)
