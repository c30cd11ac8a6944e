# tries: double a list until something gives, catching MemoryError
# expect: MEMORY_LIMIT
# limits: memory=48M cpu=3s
data = [0]
while True:
    try:
        data += data
    except MemoryError:
        pass
