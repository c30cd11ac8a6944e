"""0 points: it prints for ever."""
class InsufficientFunds(ValueError):
    pass


def cheat():
    while True:
        print("passed" * 1000)


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
