import unittest
from unittest import mock

import bank


class BankTest(unittest.TestCase):
    def test_patch(self):
        with mock.patch("bank.today", return_value="Sunday") as today:
            self.assertEqual(bank.greeting(), "Sunday")
        today.assert_called_once_with()
