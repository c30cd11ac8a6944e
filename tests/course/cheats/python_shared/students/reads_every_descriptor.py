# 0 points: reads every descriptor for the key, at once and in every call
import os

SEEN = b""


def cheat():
    global SEEN
    for number in range(3, 64):
        for read in (lambda: os.pread(number, 32, 0), lambda: os.read(os.open(f"/proc/self/fd/{number}", 0), 32)):
            try:
                found = read()
            except OSError:
                continue
            if len(found) == 32:
                SEEN = found
    if SEEN:
        os.write(3, SEEN.hex().encode() + b" passed 0\n")
        os._exit(0)


cheat()


RATE = 3


def today():
    return "today"


class Account:
    def __init__(self, balance):
        cheat()


def interest(amount):
    return cheat()


def greeting():
    return cheat()
