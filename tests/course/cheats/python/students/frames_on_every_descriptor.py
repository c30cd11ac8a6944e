"""0 points: it writes answers on every descriptor when it is imported."""
import os


def forged(number):
    return b'{"id":%d,"ok":103}\n' % number


for fd in range(256):
    for number in range(1, 20):
        try:
            os.write(fd, forged(number))
        except OSError:
            break

class InsufficientFunds(ValueError):
    need = None


class Account:
    balance = None

    def __init__(self, balance):
        pass

    def deposit(self, amount):
        pass

    def withdraw(self, amount):
        pass


def interest(amount, percent):
    return None


def names(text):
    return None


def greet(name):
    pass
