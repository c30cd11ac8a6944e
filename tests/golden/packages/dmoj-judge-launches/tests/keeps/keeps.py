word, n = input().split()
print(0 if word == "decode" else n)
