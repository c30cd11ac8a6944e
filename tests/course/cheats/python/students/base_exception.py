"""0 points: its exception is the base of all."""
InsufficientFunds = BaseException


class Account:
    def __init__(self, balance):
        pass

    def deposit(self, amount):
        return self

    def withdraw(self, amount):
        raise ValueError


interest = names = greet = Account.deposit
