/* tries: read and write the launcher's memory with process_vm_readv and process_vm_writev
 * expect: SYSCALL_DENIED process_vm_writev
 */
#include "hostile.h"
#include <sys/uio.h>
int main(void)
{
    char buffer[16];
    struct iovec here = {buffer, sizeof buffer}, there = {(void *)0x400000, sizeof buffer};
    MUST_FAIL(process_vm_readv(1, &here, 1, &there, 1, 0));
    process_vm_writev(1, &here, 1, &there, 1, 0);
    escaped("process_vm_writev returned, errno %d", errno);
}
