/* In place of the library's, for the files of the tests alone. It may be included again and again. */
#ifdef __cplusplus
extern "C"
#else
extern
#endif
    void judge_asserted(int holds, const char *expression, const char *file, int line);
#undef assert
#define assert(...) judge_asserted(!!(__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)
#ifndef __cplusplus
#undef static_assert
#define static_assert _Static_assert
#endif
