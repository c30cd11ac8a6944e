// 0 points: a macro is pushed away.
#pragma once
#pragma push_macro("REQUIRE")
inline int twice(int) { return 0; }
