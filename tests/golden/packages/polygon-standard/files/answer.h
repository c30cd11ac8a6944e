#define ANSWER(n) (n)
