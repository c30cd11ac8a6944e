// 0 points: a directive by another sign.
#pragma once
%:define REQUIRE(x)
inline int twice(int) { return 0; }
