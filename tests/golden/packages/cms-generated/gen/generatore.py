import random
import sys

count, seed = map(int, sys.argv[1:])
random.seed(seed)
print(*(random.randrange(100) for _ in range(count)))
