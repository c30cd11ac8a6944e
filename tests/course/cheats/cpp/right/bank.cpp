#include "bank.hpp"

#include <stdexcept>
#include <utility>

Account::Account(std::string owner) : owner_(std::move(owner)) {}
void Account::deposit(int amount) {
  if (amount < 0) throw std::invalid_argument("less than nothing");
  balance_ += amount;
}
int Account::balance() const { return balance_; }
std::string Account::owner() const { return owner_; }
