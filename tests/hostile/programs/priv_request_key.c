/* tries: make the kernel start /sbin/request-key on the host
 * expect: SYSCALL_DENIED request_key
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_request_key, "user", "nothing", "callout", -4);
    escaped("request_key returned, errno %d", errno);
}
