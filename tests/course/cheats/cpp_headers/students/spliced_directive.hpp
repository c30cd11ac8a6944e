// 0 points: the name of the directive is on two lines.
#pragma once
#def\
ine REQUIRE(x)
inline int twice(int) { return 0; }
