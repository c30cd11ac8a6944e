/* tries: send itself the signal of a CPU limit
 * expect: SIGNALLED SIGXCPU
 */
#include "hostile.h"
int main(void)
{
    raise(SIGXCPU);
}
