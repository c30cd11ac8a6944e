/* tries: a million warnings
 * mode: compile
 * expect: EXITED 0 | EXITED 1 | OUTPUT_LIMIT | CPU_LIMIT
 */
#define W _Pragma("GCC warning \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"")
#define W8 W W W W W W W W
#define W64 W8 W8 W8 W8 W8 W8 W8 W8
#define W512 W64 W64 W64 W64 W64 W64 W64 W64
#define W4096 W512 W512 W512 W512 W512 W512 W512 W512
W4096 W4096 W4096 W4096
int main(void) { return 0; }
