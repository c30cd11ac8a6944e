/* tries: join and read keyrings
 * expect: SYSCALL_DENIED keyctl
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_keyctl, 1 /* JOIN_SESSION_KEYRING */, "shared");
    escaped("keyctl returned, errno %d", errno);
}
