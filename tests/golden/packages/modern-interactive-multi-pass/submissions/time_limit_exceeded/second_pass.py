word, number = input().split()
while word == "decode":
    pass
print(int(number) + 1)
