# 0 points: brings a conftest, settings and modules of the names of the framework and of the tests
def cheat():
    return 0


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
