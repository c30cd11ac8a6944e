/* tries: watch who uses the host's device nodes and shared files
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/inotify.h>
int main(void)
{
    MUST_FAIL_WITH(inotify_init1(0), ENOSYS);
    MUST_FAIL_WITH(inotify_add_watch(3, "/dev/null", IN_ALL_EVENTS), ENOSYS);
    MUST_FAIL(syscall(SYS_fanotify_init, 0, 0));
    MUST_FAIL(syscall(SYS_fanotify_mark, -1, 1, 0, 0, "/"));
    confined();
}
