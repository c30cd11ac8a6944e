/* tries: give an own file capabilities
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/xattr.h>
int main(void)
{
    unsigned char capability[20] = {0x01, 0, 0, 2, 0xff, 0xff, 0xff, 0xff};
    close(open("/work/tool", O_CREAT | O_WRONLY, 0755));
    MUST_FAIL(setxattr("/work/tool", "security.capability", capability, sizeof capability, 0));
    MUST_FAIL(setxattr("/work/tool", "trusted.overlay.opaque", "y", 1, 0));
    MUST_FAIL(syscall(463 /* setxattrat */, AT_FDCWD, "/work/tool", 0, "user.x", 0, 0));
    confined();
}
