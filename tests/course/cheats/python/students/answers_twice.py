"""0 points: it answers every request twice."""
import sys

channel = sys.modules["__main__"].Channel
write = channel.write


def twice(self, line):
    write(self, line)
    write(self, line)


channel.write = twice

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
