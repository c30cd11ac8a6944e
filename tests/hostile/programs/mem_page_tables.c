/* tries: use memory of the kernel alone: one page in each two megabytes, so that page tables weigh more
 * expect: MEMORY_LIMIT | CONFINED
 * limits: memory=24M cpu=3s
 */
#include "hostile.h"
int main(void)
{
    size_t span = 1ul << 42;
    char *memory = MAP_FAILED;
    while (memory == MAP_FAILED && span > 1 << 30) {
        span >>= 1;
        memory = mmap(NULL, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    madvise(memory, span, 15 /* MADV_NOHUGEPAGE */);
    for (size_t at = 0, pages = 0; at < span && pages < 20000; at += 2 << 20, pages++)
        memory[at] = 1;
    escaped("20000 pages and their tables");
}
