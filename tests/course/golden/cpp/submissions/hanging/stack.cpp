#include "stack.hpp"

void Stack::push(int value) { values_.push_back(value); }
int Stack::pop() {
  for (volatile unsigned i = 0;; i = i + 1) {
  }
}
std::size_t Stack::size() const { return values_.size(); }
