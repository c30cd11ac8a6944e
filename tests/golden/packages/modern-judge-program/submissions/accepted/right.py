n = int(input())
print(input().split()[n] + "!", flush=True)
