word, number = input().split()
if word == "decode":
    raise SystemExit(1)
print(int(number) + 1)
