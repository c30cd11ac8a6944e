/* tries: hide open files inside messages nobody receives
 * expect: CONFINED | MEMORY_LIMIT
 * limits: files=64 memory=32M
 */
#include "hostile.h"
int main(void)
{
    int pair[2], sent = 0;
    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
    int size = 1 << 24;
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    for (int i = 0; i < 100000; i++) {
        char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
        struct iovec data = {&byte, 1};
        struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
                                 .msg_controllen = sizeof control};
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        int fd = memfd_create("x", 0);
        if (fd < 0)
            break;
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
        if (sendmsg(pair[0], &message, MSG_DONTWAIT) < 0)
            break;
        close(fd);
        sent++;
    }
    if (sent > 2000)
        escaped("%d descriptors in flight", sent);
    confined();
}
