/* tries: keep a local socket's name alive by sockets in flight to each other, which only a later sweep finds
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
static void send_into(int through, int fd)
{
    char byte = 0, room[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    sendmsg(through, &message, 0);
}
int main(int argc, char **argv)
{
    int second = argc > 1 && argv[1][0] == '2', lines = 0;
    char line[256];
    FILE *file = fopen("/proc/self/net/unix", "r");
    while (file && fgets(line, sizeof line, file))
        lines++;
    if (second && lines > 1)
        escaped("%d local sockets are left", lines - 1);
    for (int i = 0; i < 20; i++) {
        int pair[2], named = socket(AF_UNIX, SOCK_STREAM, 0);
        struct sockaddr_un name = {.sun_family = AF_UNIX};
        snprintf(name.sun_path + 1, 20, "left-%d", i);
        bind(named, (struct sockaddr *)&name, sizeof(sa_family_t) + 8);
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
        send_into(pair[0], named);
        send_into(pair[0], pair[1]);
        send_into(pair[1], pair[0]);
    }
    confined();
}
