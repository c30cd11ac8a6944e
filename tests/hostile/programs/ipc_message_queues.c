/* tries: POSIX message queues, which outlive processes
 * expect: CONFINED
 */
#include "hostile.h"
#include <mqueue.h>
int main(void)
{
    MUST_FAIL((long)mq_open("/note", O_CREAT | O_RDWR, 0666, NULL));
    MUST_FAIL(mq_unlink("/note"));
    MUST_FAIL(open("/dev/mqueue/note", O_CREAT | O_RDWR, 0666));
    confined();
}
