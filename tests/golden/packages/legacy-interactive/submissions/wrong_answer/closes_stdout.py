import os

print(50, flush=True)
os.close(1)
