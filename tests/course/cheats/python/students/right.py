"""8 points: it is right."""
class InsufficientFunds(ValueError):
    def __init__(self, need, have):
        super().__init__(f"need {need}, have {have}")
        self.need = need


class Account:
    def __init__(self, balance):
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(amount, self.balance)
        self.balance -= amount


def interest(amount, percent):
    return amount * (100 + percent) / 100


def names(text):
    return sorted(name.title() for name in text.split(","))


def greet(name):
    print(f"Hello, {name}!")
