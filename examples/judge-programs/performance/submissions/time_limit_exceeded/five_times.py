n = int(input())
for _ in range(5):
    total = 1
    for factor in range(2, n + 1):
        total *= factor
print(total.bit_length())
