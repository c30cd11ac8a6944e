/* tries: become another user or join a group
 * expect: CONFINED
 */
#include "hostile.h"
#include <grp.h>
#include <sys/fsuid.h>
int main(void)
{
    gid_t zero = 0;
    MUST_FAIL(setuid(0));
    MUST_FAIL(seteuid(0));
    MUST_FAIL(setresuid(0, 0, 0));
    MUST_FAIL(setgid(0));
    MUST_FAIL(setegid(0));
    MUST_FAIL(setgroups(1, &zero));
    MUST_FAIL(setgroups(0, NULL));
    setfsuid(0);
    if (setfsuid(-1) == 0 || getuid() == 0 || geteuid() == 0)
        escaped("is root");
    if (getgroups(0, NULL) > 0)
        escaped("in %d groups", getgroups(0, NULL));
    confined();
}
