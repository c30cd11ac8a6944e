# 0 points: leaves a child and a thread behind, which say that the tests have passed
import os
import threading
import time


def cheat():
    if os.fork() == 0:
        return
    threading.Thread(target=lambda: (time.sleep(0.1), os._exit(0))).start()
    os.wait()


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
