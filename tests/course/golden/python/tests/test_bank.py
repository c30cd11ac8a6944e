"""What is tested of a student's bank."""

import pytest
from bank import Account, TooLittle


def test_begins_empty():
    assert Account().balance == 0


def test_deposit():
    account = Account(2)
    account.deposit(3)
    assert account.balance == 5


def test_withdraw():
    account = Account(5)
    account.withdraw(3)
    assert account.balance == 2


def test_withdraw_too_much():
    account = Account(5)
    with pytest.raises(TooLittle):
        account.withdraw(6)
    assert account.balance == 5


@pytest.mark.parametrize("amount", [0, -1])
def test_deposit_of_nothing(amount):
    with pytest.raises(ValueError):
        Account().deposit(amount)
