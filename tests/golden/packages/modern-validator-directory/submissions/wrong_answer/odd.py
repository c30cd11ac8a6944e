n = int(input())
print(n + 1 if n % 2 == 0 else n + 1)
