/* tries: attach programs to a socket, in the old and the new machine
 * expect: CONFINED
 */
#include "hostile.h"
#include <linux/filter.h>
int main(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0), program = -1;
    struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog filter = {1, code};
    MUST_FAIL_WITH(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), EPERM);
    MUST_FAIL_WITH(setsockopt(fd, SOL_SOCKET, 50, &program, sizeof program), EPERM);
    MUST_FAIL_WITH(setsockopt(fd, SOL_SOCKET, 51, &filter, sizeof filter), EPERM);
    MUST_FAIL_WITH(setsockopt(fd, SOL_SOCKET, 52, &program, sizeof program), EPERM);
    confined();
}
