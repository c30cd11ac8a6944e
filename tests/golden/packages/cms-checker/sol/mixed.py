n = int(input())
print(n * n if n < 3 else n * n + n - 2)
