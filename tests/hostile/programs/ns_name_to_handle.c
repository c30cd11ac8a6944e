/* tries: learn a file's handle
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    struct {
        struct file_handle head;
        unsigned char bytes[128];
    } handle = {.head.handle_bytes = 128};
    int mount_id;
    MUST_FAIL(name_to_handle_at(AT_FDCWD, "/", &handle.head, &mount_id, 0));
    confined();
}
