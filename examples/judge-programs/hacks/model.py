a, b = map(int, input().split())
print(a // b if b else "none")
