// 0 points: a word of the language is another one.
#pragma once
#define int long
inline int twice(int) { return 0; }
