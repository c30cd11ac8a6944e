/* tries: leave marks for another slot: times of devices and shared files, names, abstract sockets, queues
 * mode: pair
 * expect: CONFINED
 * limits: wall=4s
 */
#include "hostile.h"
int main(int argc, char **argv)
{
    const char *shared[] = {"/dev/null", "/dev/zero", "/dev/urandom", "/usr/bin/env", "/artifact", "/etc", "/proc"};
    const char *places[] = {"/tmp/pair", "/dev/shm/pair", "/work/pair", "/artifact/pair", "/var/tmp/pair"};
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0pair"};
    int local = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct stat before[7], now;
    for (int i = 0; i < 7; i++)
        stat(shared[i], &before[i]);
    if (argc > 1 && argv[1][0] == 'a') {
        bind(local, (struct sockaddr *)&name, sizeof(sa_family_t) + 5);
        for (long end = now_ms() + 800; now_ms() < end; usleep(2000)) {
            for (int i = 0; i < 6; i++)
                utimensat(AT_FDCWD, shared[i], NULL, 0);
            for (int i = 0; i < 5; i++)
                close(open(places[i], O_CREAT | O_WRONLY, 0666));
        }
        confined();
    }
    for (long end = now_ms() + 700; now_ms() < end; usleep(2000)) {
        for (int i = 0; i < 6; i++)
            if (stat(shared[i], &now) == 0 && now.st_mtim.tv_nsec != before[i].st_mtim.tv_nsec)
                escaped("%s was touched", shared[i]);
        for (int i = 0; i < 5; i++)
            if (access(places[i], F_OK) == 0)
                escaped("%s is there", places[i]);
        if (connect(local, (struct sockaddr *)&name, sizeof(sa_family_t) + 5) == 0)
            escaped("the abstract socket is there");
    }
    confined();
}
