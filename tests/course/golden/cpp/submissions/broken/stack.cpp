#include "stack.hpp"

void Stack::push(int value) { values_.push(value) }
