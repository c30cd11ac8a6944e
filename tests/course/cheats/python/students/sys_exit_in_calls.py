"""0 points: each call raises SystemExit(0)."""
class InsufficientFunds(ValueError):
    pass


def cheat():
    raise SystemExit(0)


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
