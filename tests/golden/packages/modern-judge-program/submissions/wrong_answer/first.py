input()
print(input().split()[0] + "!", flush=True)
