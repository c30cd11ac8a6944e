#include "stack.hpp"

void Stack::push(int) { *(volatile int *)8 = 1; }
int Stack::pop() { return *(volatile int *)8; }
std::size_t Stack::size() const { return *(volatile std::size_t *)8; }
