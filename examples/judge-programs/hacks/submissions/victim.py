a, b = map(int, input().split())
print(int(a / b))
