import pytest
from bank import Account, InsufficientFunds, greet, interest, names

SECRET = "the tests' own"


def test_a_number():
    assert interest(100, 3) == pytest.approx(103)


def test_a_list():
    expected = ["Ann", "Bob"]
    assert names("bob,ann") == expected


def test_an_exception():
    with pytest.raises(InsufficientFunds, match="need 10, have 5"):
        Account(5).withdraw(10)


def test_an_object():
    account = Account(10)
    account.deposit(5)
    assert account.balance == 15
    assert account.balance < 16


def test_output(capsys):
    greet("Ann")
    assert capsys.readouterr().out == "Hello, Ann!\n"


def test_any_exception_is_not_enough():
    with pytest.raises(BaseException) as caught:
        Account(1).withdraw(2)
    assert isinstance(caught.value, ValueError) and caught.value.need == 2
