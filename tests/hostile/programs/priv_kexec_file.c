/* tries: load another kernel from a file
 * expect: SYSCALL_DENIED kexec_file_load
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_kexec_file_load, -1, -1, 0, "", 0);
    escaped("kexec_file_load returned, errno %d", errno);
}
