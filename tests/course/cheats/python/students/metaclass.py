"""0 points: its classes say that everything is an instance of them."""
class Meta(type):
    def __instancecheck__(cls, instance):
        return True

    def __subclasscheck__(cls, kind):
        return True

    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return 0


class InsufficientFunds(ValueError, metaclass=Meta):
    pass


class Account(metaclass=Meta):
    def __init__(self, balance):
        pass

    def withdraw(self, amount):
        raise InsufficientFunds

    def deposit(self, amount):
        return Account


balance = interest = names = greet = Account
