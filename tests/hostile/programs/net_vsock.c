/* tries: talk to the hypervisor with AF_VSOCK, which no network namespace holds back
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    MUST_FAIL_WITH(socket(40, SOCK_STREAM, 0), EAFNOSUPPORT);
    MUST_FAIL_WITH(socket(40, SOCK_DGRAM, 0), EAFNOSUPPORT);
    MUST_FAIL_WITH(syscall(SYS_socket, 0xdeadbeef00000028ul, SOCK_STREAM, 0), EAFNOSUPPORT);
    MUST_FAIL(open("/dev/vsock", O_RDONLY));
    confined();
}
