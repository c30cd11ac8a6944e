/* tries: load a BPF program into the kernel
 * expect: SYSCALL_DENIED bpf
 */
#include "hostile.h"
int main(void)
{
    char attributes[128] = {0};
    syscall(SYS_bpf, 5, attributes, sizeof attributes);
    escaped("bpf returned, errno %d", errno);
}
