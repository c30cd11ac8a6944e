// 0 points: it includes the file of the tests.
#pragma once
#include "tests/test_bank.cpp"
inline int twice(int) { return 0; }
