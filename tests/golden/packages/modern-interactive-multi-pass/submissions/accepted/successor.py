word, number = input().split()
print(int(number) + (1 if word == "encode" else -1))
