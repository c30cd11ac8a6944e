// 0 points: the macro that requires is another one.
#pragma once
#define REQUIRE(x) static_cast<void>(0)
inline int twice(int) { return 0; }
