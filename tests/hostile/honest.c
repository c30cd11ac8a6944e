/* The honest run after each attack: reports everything an attack could have left changed, one fact a line, and
 * does a fixed amount of work. Two runs of it must print the same.
 */
#include "programs/hostile.h"
#include <dirent.h>
#include <pthread.h>
#include <sys/utsname.h>

static void list(const char *place)
{
    DIR *directory = opendir(place);
    if (!directory) {
        printf("%s: errno %d\n", place, errno);
        return;
    }
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            count++;
    closedir(directory);
    struct stat status;
    stat(place, &status);
    printf("%s: %d entries, mode %o, owner %u\n", place, count, status.st_mode, status.st_uid);
}

static void try_disk(const char *path)
{
    static char block[1 << 20];
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0600);
    printf("%s: wrote %zd\n", path, fd < 0 ? -errno : write(fd, block, sizeof block));
}

static void *thread_body(void *value)
{
    return value;
}

static void limits_and_signals(void)
{
    for (int limit = 0; limit < 16; limit++) {
        struct rlimit now;
        getrlimit(limit, &now);
        printf("limit %d: %ld %ld\n", limit, (long)now.rlim_cur, (long)now.rlim_max);
    }
    sigset_t blocked, pending;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    sigpending(&pending);
    for (int sig = 1; sig < 65; sig++) {
        struct sigaction action;
        if (sigismember(&blocked, sig) == 1 || sigismember(&pending, sig) == 1 ||
            (sigaction(sig, NULL, &action) == 0 && action.sa_handler != SIG_DFL))
            printf("signal %d is blocked, pending or ignored\n", sig);
    }
}

static void processes_and_threads(void)
{
    for (int pid = 2; pid < 32768; pid++)
        if (pid != getpid() && (kill(pid, 0) == 0 || errno == EPERM))
            printf("process %d is there\n", pid);
    pthread_t thread;
    printf("thread: %d\n", pthread_create(&thread, NULL, thread_body, NULL));
    pthread_join(thread, NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(7);
    int status = 0;
    waitpid(child, &status, 0);
    printf("child: %d\n", WEXITSTATUS(status));
}

static void identity(void)
{
    struct utsname names;
    cpu_set_t cpus;
    char line[64];
    uname(&names);
    sched_getaffinity(0, sizeof cpus, &cpus);
    printf("host %s, uid %u, gid %u, parent %d, cwd %s\n", names.nodename, getuid(), getgid(), getppid(),
           getcwd(line, sizeof line));
    printf("priority %d, policy %d, cpus %d, slack %d, dumpable %d, umask %o\n", getpriority(PRIO_PROCESS, 0),
           sched_getscheduler(0), CPU_COUNT(&cpus), prctl(PR_GET_TIMERSLACK), prctl(PR_GET_DUMPABLE), umask(0));
    for (int fd = 0; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf("descriptor %d: flags %o\n", fd, fcntl(fd, F_GETFL));
    int file = open("/proc/self/oom_score_adj", O_RDONLY);
    ssize_t length = read(file, line, sizeof line - 1);
    printf("oom score adjustment %.*s", (int)(length > 0 ? length : 0), line);
}

static void sockets(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0note"};
    int local = socket(AF_UNIX, SOCK_DGRAM, 0);
    printf("abstract name: %d\n", bind(local, (struct sockaddr *)&name, sizeof(sa_family_t) + 5));
}

int main(void)
{
    char input[64] = "";
    identity();
    limits_and_signals();
    list("/work");
    list("/tmp");
    list("/dev/shm");
    list("/dev");
    list("/artifact");
    try_disk("/work/f");
    try_disk("/tmp/f");
    try_disk("/dev/shm/f");
    processes_and_threads();
    sockets();
    printf("input: %zd bytes, %s\n", read(0, input, sizeof input - 1), input);
    char *memory = malloc(16 << 20);
    touch(memory, 16 << 20);
    volatile unsigned sum = 0;
    for (int i = 0; i < 8000000; i++)
        sum = sum * 1664525u + 1013904223u;
    printf("sum: %u\n", sum);
    return 0;
}
