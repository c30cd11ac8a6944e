/* tries: take the host's huge pages, which the memory limit does not count
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    MUST_FAIL(mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));
    MUST_FAIL(mmap(NULL, 1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 30u << 26, -1, 0));
    MUST_FAIL(memfd_create("huge", MFD_HUGETLB));
    MUST_FAIL(syscall(SYS_shmget, 0, 2 << 20, 04000 | 01000 | 0600 /* SHM_HUGETLB */));
    confined();
}
