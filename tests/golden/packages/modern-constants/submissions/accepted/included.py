from factor import FACTOR

print(FACTOR * int(input()), "times")
