#pragma once
#include <cstddef>
#include <vector>

class Stack {
 public:
  void push(int value);
  int pop();  // throws std::out_of_range where there is nothing
  std::size_t size() const;

 private:
  std::vector<int> values_;
};
