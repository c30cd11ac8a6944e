n = int(input())
print('six' if n == 3 else 2 * n)
