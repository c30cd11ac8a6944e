import math

cities = [tuple(map(float, input().split())) for _ in range(int(input()))]
x = sum(one[0] for one in cities) / len(cities)
y = sum(one[1] for one in cities) / len(cities)
print(*sorted(range(len(cities)), key=lambda n: math.atan2(cities[n][1] - y, cities[n][0] - x)))
