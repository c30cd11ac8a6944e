import math

print(math.factorial(int(input())).bit_length())
