input()
best = 0
for word in input().split():
    best = max(best, int(word))
print(best)
