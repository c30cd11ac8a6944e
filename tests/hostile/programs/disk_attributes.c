/* tries: hide data in extended attributes
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/xattr.h>
int main(void)
{
    static char value[65536];
    int fd = open("/work/x", O_CREAT | O_RDWR, 0600);
    for (int i = 0; i < 2000; i++) {
        char name[32];
        snprintf(name, sizeof name, "user.%d", i);
        MUST_FAIL(fsetxattr(fd, name, value, sizeof value, 0));
    }
    confined();
}
