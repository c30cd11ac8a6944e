/* tries: claim to be somebody else in the credentials of a message
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    int pair[2], on = 1;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    struct ucred claims[3] = {{1, getuid(), getgid()}, {getpid(), 0, getgid()}, {getpid(), getuid(), 0}};
    for (int i = 0; i < 3; i++) {
        char control[CMSG_SPACE(sizeof(struct ucred))] = {0}, byte = 'x';
        struct iovec data = {&byte, 1};
        struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
                                 .msg_controllen = sizeof control};
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_CREDENTIALS;
        head->cmsg_len = CMSG_LEN(sizeof(struct ucred));
        memcpy(CMSG_DATA(head), &claims[i], sizeof claims[i]);
        MUST_FAIL(sendmsg(pair[0], &message, 0));
    }
    confined();
}
