while True:
    input()
    print(100, flush=True)
