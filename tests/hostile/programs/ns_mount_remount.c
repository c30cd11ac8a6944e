/* tries: make the read-only root writable by a bind remount
 * expect: SYSCALL_DENIED mount
 */
#include "hostile.h"
#include <sys/mount.h>
int main(void)
{
    mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL);
    escaped("mount returned, errno %d", errno);
}
