import os
import sys

copies = int(sys.argv[1])
with open("text") as file:
    text = file.read().splitlines()[1]
size = -(-len(text) // copies)
for number in range(copies):
    part = text[number * size : (number + 1) * size]
    os.write(10 + 2 * number, (part + "\n").encode())
total = 0
for number in range(copies):
    with os.fdopen(11 + 2 * number) as answers:
        total += int(answers.readline())
print(total)
