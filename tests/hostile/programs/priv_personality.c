/* tries: personalities that make memory executable, map page zero, or call the machine 32-bit
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/personality.h>
int main(void)
{
    MUST_FAIL_WITH(personality(READ_IMPLIES_EXEC), EPERM);
    MUST_FAIL_WITH(personality(MMAP_PAGE_ZERO), EPERM);
    MUST_FAIL_WITH(personality(PER_LINUX32), EPERM);
    MUST_FAIL_WITH(personality(ADDR_COMPAT_LAYOUT), EPERM);
    if (personality(0xffffffff) == -1)
        escaped("the harmless query fails");
    confined();
}
