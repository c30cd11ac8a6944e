"""0 points: what it returns says that it is of another class."""
class InsufficientFunds(ValueError):
    pass


class Fake:
    @property
    def __class__(self):
        return float

    def __eq__(self, other):
        return True

    def __float__(self):
        return 103.0

    def __instancecheck__(self, other):
        return True


def cheat():
    return Fake()


class Account:
    def __init__(self, balance):
        self.balance = cheat()

    def deposit(self, amount):
        return cheat()

    def withdraw(self, amount):
        return cheat()


def interest(amount, percent):
    return cheat()


def names(text):
    return cheat()


def greet(name):
    return cheat()
