#include "stack.hpp"

void Stack::push(int value) { values_.push_back(value); }

int Stack::pop() {
  if (values_.empty()) return 0;
  int value = values_.back();
  values_.pop_back();
  return value;
}

std::size_t Stack::size() const { return values_.size(); }
