words = input().split()
words[0]
print(sum(map(int, words)))
