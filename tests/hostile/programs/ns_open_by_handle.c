/* tries: open a file of the host by its handle, round every mount
 * expect: SYSCALL_DENIED open_by_handle_at
 */
#include "hostile.h"
int main(void)
{
    struct {
        struct file_handle head;
        unsigned char bytes[8];
    } handle = {{.handle_bytes = 8, .handle_type = 1}, {2}};
    int root = open("/", O_RDONLY);
    open_by_handle_at(root, &handle.head, O_RDONLY);
    escaped("open_by_handle_at returned, errno %d", errno);
}
