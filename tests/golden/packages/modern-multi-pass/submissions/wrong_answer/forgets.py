print(int(input().split()[1]) + 1)
