numbers = sorted(map(int, input().split()))
print(*numbers[:3])
