# By steps of 50, then one by one towards the start: half of the points for the second test.
number = int(input())
guess = 50
print(guess, flush=True)
while (answer := input()) == "more":
    guess = min(number, guess + 50)
    print(guess, flush=True)
low, high = guess - 50, guess
while answer != "right":
    guess = (low + high + 1) // 2
    print(guess, flush=True)
    answer = input()
    low, high = (guess, high) if answer == "more" else (low, guess)
