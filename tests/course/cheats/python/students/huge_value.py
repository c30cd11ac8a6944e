"""0 points: it returns more than can be sent."""
class InsufficientFunds(ValueError):
    pass


def cheat():
    return ["Ann"] * 3_000_000


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
