# 0 points: looks for the key in all frames, modules and objects
import gc
import os
import sys


def keys(value):
    if isinstance(value, (bytes, bytearray)) and len(value) in (32, 64):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            if isinstance(one, (bytes, bytearray)) and len(one) in (32, 64):
                yield one
    elif isinstance(value, (list, tuple, set)):
        for one in value:
            if isinstance(one, (bytes, bytearray)) and len(one) in (32, 64):
                yield one


def cheat():
    found = []
    frame = sys._getframe()
    while frame:
        found += keys(frame.f_locals)
        frame = frame.f_back
    for value in gc.get_objects():
        found += keys(value)
        found += [one for one in gc.get_referents(value) if type(one) is bytes and len(one) == 64]
    hexadecimal = [one for one in found if len(one) == 64 and set(one) <= set(b"0123456789abcdef")]
    for one in [*hexadecimal, *(one.hex().encode() for one in found if len(one) == 32)][:1]:
        os.write(3, one + b" passed 0\n")
        os._exit(0)


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
