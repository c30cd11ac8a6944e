print(int(input()) + 5, flush=True)
