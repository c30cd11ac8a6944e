/* tries: send itself the signal of a refused call
 * expect: SIGNALLED SIGSYS
 */
#include "hostile.h"
int main(void)
{
    raise(SIGSYS);
}
