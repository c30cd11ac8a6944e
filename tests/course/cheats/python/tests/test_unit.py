import unittest

import bank


class BankTest(unittest.TestCase):
    def test_interest(self):
        self.assertEqual(bank.interest(200, 10), 220)
        self.assertAlmostEqual(bank.interest(50, 1), 50.5)

    def test_withdraw(self):
        with self.assertRaises(bank.InsufficientFunds) as caught:
            bank.Account(5).withdraw(10)
        self.assertEqual(caught.exception.need, 10)
