/* tries: code that optimisers take very long for
 * mode: compile
 * expect: EXITED 0 | EXITED 1 | CPU_LIMIT | WALL_LIMIT | MEMORY_LIMIT
 */
#define A(x) x = x * 3 + (x > 7 ? x - 1 : x + 1); if (x & 1) goto l;
#define B(x) A(x) A(x) A(x) A(x) A(x) A(x) A(x) A(x)
#define C(x) B(x) B(x) B(x) B(x) B(x) B(x) B(x) B(x)
#define D(x) C(x) C(x) C(x) C(x) C(x) C(x) C(x) C(x)
#define E(x) D(x) D(x) D(x) D(x) D(x) D(x) D(x) D(x)
int main(int argc, char **argv)
{
    (void)argv;
l:
    E(argc) E(argc)
    return argc;
}
