/* tries: the prctl options that reach past the caller
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    MUST_FAIL(prctl(PR_SET_MM, PR_SET_MM_BRK, 0, 0, 0));
    MUST_FAIL(prctl(62 /* PR_SCHED_CORE */, 1, 0, 0, 0));
    MUST_FAIL(prctl(67 /* PR_SET_MEMORY_MERGE */, 1, 0, 0, 0));
    MUST_FAIL(prctl(0x59616d61 /* PR_SET_PTRACER */, -1, 0, 0, 0));
    MUST_FAIL(prctl(57 /* PR_SET_IO_FLUSHER */, 1, 0, 0, 0));
    MUST_FAIL(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, 0, 0, 0));
    MUST_FAIL(prctl(0x7fffffff, 0, 0, 0, 0));
    confined();
}
