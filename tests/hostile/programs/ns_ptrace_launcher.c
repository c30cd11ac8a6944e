/* tries: attach to the launcher as a debugger
 * expect: SYSCALL_DENIED ptrace
 */
#include "hostile.h"
#include <sys/ptrace.h>
int main(void)
{
    ptrace(PTRACE_ATTACH, 1, 0, 0);
    escaped("ptrace returned, errno %d", errno);
}
