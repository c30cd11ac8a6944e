// 0 points: it says to be another file.
#pragma once
#line 1 "tests/test_bank.cpp"
inline int twice(int) { return 0; }
