#include "stack.hpp"

void Stack::push(int value) { values_.assign(1, value); }
int Stack::pop() { return values_.empty() ? -1 : values_[0] + 1; }
std::size_t Stack::size() const { return 1; }
