input()
print(0.5)
