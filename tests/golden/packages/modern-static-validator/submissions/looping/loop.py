n = int(input())
while n:
    print(2 * n)
    break
