/* tries: leave a lock for the next run, in descriptors that are on their way through sockets nobody holds
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/file.h>
static void send_fd(int to, int fd)
{
    char room[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    sendmsg(to, &message, 0);
}
int main(int argc, char **argv)
{
    const char *names[] = {"/etc/passwd", "/usr/bin/env", "/etc", "/artifact", "/work", "/tmp", "/dev/shm", "/proc"};
    for (int i = 0; i < 8; i++) {
        int fd = open(names[i], O_RDONLY), pair[2];
        if (flock(fd, LOCK_EX | LOCK_NB))
            escaped("%s is locked: errno %d", names[i], errno);
        if (argc > 1 && argv[1][0] == '1') {
            struct flock reading = {.l_type = F_RDLCK};
            fcntl(fd, F_OFD_SETLK, &reading);
            socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
            send_fd(pair[0], fd);
            send_fd(pair[0], pair[0]);
            send_fd(pair[0], pair[1]);
        }
    }
    if (fork() == 0) {
        setsid();
        pause();
    }
    confined();
}
