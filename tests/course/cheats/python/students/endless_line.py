"""0 points: it answers with a line that does not end."""
import sys

channel = sys.modules["__main__"].Channel
write = channel.write


def endless(self, line):
    while True:
        write(self, b"x" * 65536)


channel.write = endless

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
