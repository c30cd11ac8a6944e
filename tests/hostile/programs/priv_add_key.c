/* tries: leave data in a keyring, which outlives the process
 * expect: SYSCALL_DENIED add_key
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_add_key, "user", "note", "for the next", 12, -4 /* user keyring */);
    escaped("add_key returned, errno %d", errno);
}
