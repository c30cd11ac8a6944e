input()
print(1001, flush=True)
input()
