"""0 points: it returns a list that is in itself."""
class InsufficientFunds(ValueError):
    pass


def cheat():
    found = []
    found.append(found)
    return found


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
