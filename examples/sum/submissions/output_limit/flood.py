line = "x" * 1000
for _ in range(100_000):
    print(line)
