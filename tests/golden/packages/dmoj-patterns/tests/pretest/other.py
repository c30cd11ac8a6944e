# Fails the pretest, so nothing else is judged.
n = int(input())
print(n * n if n > 1 else 0)
