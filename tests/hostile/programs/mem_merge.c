/* tries: have the kernel merge its pages with those of others, and read their content off the time it takes
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    char *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST_FAIL(madvise(memory, 1 << 20, MADV_MERGEABLE));
    MUST_FAIL(madvise(memory, 1 << 20, MADV_HWPOISON));
    MUST_FAIL(madvise(memory, 1 << 20, 101 /* MADV_SOFT_OFFLINE */));
    confined();
}
