print(*["so"] * int(input()))
