/* tries: change a child's system calls behind the filter's back, as a debugger can
 * expect: SYSCALL_DENIED ptrace
 */
#include "hostile.h"
#include <sys/ptrace.h>
int main(void)
{
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        escaped("a traced child runs");
    }
    waitpid(child, NULL, 0);
    escaped("ptrace did not end the run");
}
