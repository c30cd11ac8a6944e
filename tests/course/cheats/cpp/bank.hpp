#pragma once
#include <string>

class Account {
 public:
  explicit Account(std::string owner);
  void deposit(int amount);  // throws std::invalid_argument
  int balance() const;
  std::string owner() const;

 private:
  std::string owner_;
  int balance_ = 0;
};
