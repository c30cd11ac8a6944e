n = int(input())
for start in range(0, n, 5):
    print(*(f"word{i}" for i in range(start, min(n, start + 5))))
