/* tries: kill itself with SIGKILL, as an out-of-memory kill would
 * expect: SIGNALLED SIGKILL
 */
#include "hostile.h"
int main(void)
{
    raise(SIGKILL);
}
