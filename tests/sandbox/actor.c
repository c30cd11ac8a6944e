/* One honest program of many acts: `actor ACT [NUMBER [NUMBER]]`. Each act does what its name says and exits 0. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long first, second;
static char block[1 << 16];

static void must(int ok) {
    if (!ok) {
        perror("actor");
        exit(3);
    }
}

static double cpu_seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void burn(long ms) {
    double end = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) + ms / 1e3;
    while (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) < end) {
    }
}

static void touch_mib(long mib) {
    char *p = malloc(mib << 20);
    must(p != NULL);
    for (long i = 0; i < mib << 20; i += 4096) ((volatile char *)p)[i] = 1;
}

static void write_all(int fd, long count) {
    while (count > 0) {
        ssize_t n = write(fd, block, count < (long)sizeof block ? count : (long)sizeof block);
        must(n > 0);
        count -= n;
    }
}

static void *burner(void *unused) {
    burn(second);
    return unused;
}

static void *sleeper(void *unused) {
    pause();
    return unused;
}

static void *mounter(void *unused) {
    mount("x", "/tmp", "tmpfs", 0, "");
    return unused;
}

static long start_threads(long count, void *(*body)(void *), pthread_t *threads) {
    for (long i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, body, NULL) != 0) return i;
    return count;
}

/* -- acts ------------------------------------------------------------------------------------------------- */

static void act_exit(void) { exit(first); }
static void act_signal(void) { raise(first); }
static void act_burn(void) { burn(first); }
static void act_sleep(void) { usleep(first * 1000); }
static void act_touch(void) { touch_mib(first); }
static void act_flood(void) {
    for (;;) write_all(first, sizeof block);
}
static void act_write(void) { write_all(second ? second : 1, first); }

static void act_broken_pipe(void) {
    int ends[2];
    must(pipe(ends) == 0);
    close(ends[0]);
    write_all(ends[1], 1);
}

static void act_file_size(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_FSIZE, &none);
    write_all(open("/work/file", O_CREAT | O_WRONLY, 0600), 1);
}

/* A child takes `first` MiB; its parent does not mind whatever becomes of it. */
static void act_child_touches(void) {
    if (fork() == 0) {
        touch_mib(first);
        _exit(0);
    }
    wait(NULL);
}

/* Up to `first` children alive at once: prints how many there were; exits 1 when one more could not be had. */
static void act_forks(void) {
    long count = 0;
    while (count < first) {
        pid_t pid = fork();
        if (pid < 0) break;
        if (pid == 0) {
            pause();
            _exit(0);
        }
        count++;
    }
    printf("%ld\n", count);
    exit(count == first ? 0 : 1);
}

static void act_forks_in_turn(void) {
    for (long i = 0; i < first; i++) {
        if (fork() == 0) _exit(0);
        wait(NULL);
    }
}

/* Starts `first` programs one after the other. */
static void act_vforks(void) {
    for (long i = 0; i < first; i++) {
        if (vfork() == 0) {
            execl("/bin/true", "true", NULL);
            _exit(1);
        }
        wait(NULL);
    }
}

static void act_threads(void) {
    pthread_t *threads = calloc(first, sizeof *threads);
    long count = start_threads(first, sleeper, threads);
    printf("%ld\n", count);
    exit(count == first ? 0 : 1);
}

static void act_burn_threads(void) {
    pthread_t *threads = calloc(first, sizeof *threads);
    long count = start_threads(first, burner, threads);
    for (long i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

static void act_mount(void) { mounter(NULL); }

static void act_thread_mounts(void) {
    pthread_t thread;
    must(start_threads(1, mounter, &thread) == 1);
    pthread_join(thread, NULL);
}

static void act_grandchild_mounts(void) {
    if (fork() == 0) {
        if (fork() == 0) mounter(NULL);
        wait(NULL);
        _exit(0);
    }
    wait(NULL);
}

/* Fills the disk below the working directory; exits 1 when it is full. */
static void act_fill(void) {
    int fd = open("fill", O_CREAT | O_WRONLY, 0600);
    while (write(fd, block, sizeof block) > 0) {
    }
    exit(errno == ENOSPC);
}

static void act_inodes(void) {
    char name[32];
    for (long i = 0;; i++) {
        snprintf(name, sizeof name, "i%ld", i);
        if (mkdir(name, 0700) != 0) exit(errno == ENOSPC);
    }
}

/* Prints how many descriptors could be open at once, those it was born with included. */
static void act_open_files(void) {
    int last = -1, fd;
    while ((fd = open("/dev/null", O_RDONLY)) >= 0) last = fd;
    printf("%d\n", last + 1);
}

static int recurse(long depth) {
    volatile char frame[1 << 16];
    frame[0] = (char)depth;
    return depth > 0 ? recurse(depth - 1) + frame[0] : 0;
}

static void act_stack(void) { recurse(first * 16); }

static void act_goes_on_without_stdout(void) {
    close(1);
    burn(first);
    exit(7);
}

/* The main process ends at once; a daemon in a session of its own keeps all three descriptors and stays. */
static void act_daemon(void) {
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            for (;;) pause();
        _exit(0);
    }
    wait(NULL);
    write_all(1, 10);
}

static void act_switches(void) {
    for (long i = 0; i < first; i++) usleep(100);
}

/* Says a line, hears a line, `first` times. */
static void act_asks(void) {
    char line[64];
    for (long i = 0; i < first; i++) {
        printf("%ld\n", i);
        fflush(stdout);
        must(fgets(line, sizeof line, stdin) != NULL && atol(line) == i);
    }
}

static void act_echoes(void) {
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        fputs(line, stdout);
        fflush(stdout);
    }
}

/* Reads everything slowly at first: the writer must wait. Prints how much came to stderr, and a sum of it. */
static void act_sums(void) {
    long total = 0, sum = 0;
    ssize_t n;
    usleep(first * 1000);
    while ((n = read(0, block, sizeof block)) > 0) {
        for (ssize_t i = 0; i < n; i++) sum = (sum * 31 + (unsigned char)block[i]) % 1000003;
        total += n;
    }
    fprintf(stderr, "%ld %ld\n", total, sum);
}

static void act_counts_up(void) {
    for (long i = 0; i < first; i++) putchar((int)(i % 251));
}

static void act_reads_for_ever(void) {
    while (read(0, block, sizeof block) >= 0) {
    }
}

#define ACT(name) {#name, act_##name}
static const struct {
    const char *name;
    void (*play)(void);
} acts[] = {
    ACT(exit), ACT(signal), ACT(burn), ACT(sleep), ACT(touch), ACT(flood), ACT(write), ACT(broken_pipe),
    ACT(file_size), ACT(child_touches), ACT(forks), ACT(forks_in_turn), ACT(vforks), ACT(threads), ACT(burn_threads),
    ACT(mount), ACT(thread_mounts), ACT(grandchild_mounts), ACT(fill), ACT(inodes), ACT(open_files), ACT(stack),
    ACT(goes_on_without_stdout), ACT(daemon), ACT(switches), ACT(asks), ACT(echoes), ACT(sums), ACT(counts_up),
    ACT(reads_for_ever),
};

int main(int argc, char **argv) {
    first = argc > 2 ? atol(argv[2]) : 0;
    second = argc > 3 ? atol(argv[3]) : 0;
    for (size_t i = 0; argc > 1 && i < sizeof acts / sizeof *acts; i++) {
        if (strcmp(argv[1], acts[i].name) == 0) {
            acts[i].play();
            return 0;
        }
    }
    fprintf(stderr, "no such act\n");
    return 2;
}
