/* tries: leave with the highest exit code
 * expect: EXITED 255
 */
#include "hostile.h"
int main(void)
{
    _exit(-1);
}
