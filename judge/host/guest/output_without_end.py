# tries: print without end
# expect: OUTPUT_LIMIT
# limits: stdout=64K wall=3s
while True:
    print("x" * 4096)
