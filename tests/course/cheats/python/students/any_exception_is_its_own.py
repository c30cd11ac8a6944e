"""0 points: its exception is that of the tests."""
InsufficientFunds = AssertionError
Account = interest = names = greet = BaseException
