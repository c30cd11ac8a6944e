/* tries: learn who opens a file by a lease on it, and stall them
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    int lower = open("/etc/passwd", O_RDONLY), own = open("/work/own", O_CREAT | O_RDWR, 0600);
    MUST_FAIL(fcntl(lower, F_SETLEASE, F_RDLCK));
    MUST_FAIL(fcntl(own, F_SETLEASE, F_WRLCK));
    MUST_FAIL(fcntl(own, F_GETLEASE));
    MUST_FAIL(fcntl(open("/usr", O_RDONLY), F_NOTIFY, 1));
    confined();
}
