/* tries: leave the user's whole number of descriptors under way in sockets that hold each other, before files are collected
 * expect: CONFINED
 * collect: **
 * limits: files=64 inodes=300
 */
#include "hostile.h"
static void send_fd(int through, int fd)
{
    char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    sendmsg(through, &message, MSG_DONTWAIT);
}
int main(void)
{
    for (int round = 0; round < 200; round++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
            break;
        send_fd(pair[0], pair[1]);
        send_fd(pair[1], pair[0]);
        close(pair[0]);
        close(pair[1]);
    }
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof name, "/work/f%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
    confined();
}
