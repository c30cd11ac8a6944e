/* tries: die of SIGABRT and pass for a limit
 * expect: SIGNALLED SIGABRT
 */
#include "hostile.h"
int main(void)
{
    abort();
}
