with open("input.txt") as file:
    numbers = sorted(map(int, file.read().split()))
with open("output.txt", "w") as file:
    print(*numbers, file=file)
