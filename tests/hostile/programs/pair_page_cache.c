/* tries: send bits to another slot by which pages of a shared file are in memory
 * mode: pair
 * expect: CONFINED
 * limits: wall=6s cpu=3s
 */
#include "hostile.h"
#include <dirent.h>
#define BITS 32
#define SPAN 64 /* pages between two bits: more than the kernel maps or reads ahead around a fault */
#define MESSAGE 0xdeadbeefu
/* The largest plain file of a few directories that few programs use, the same one for both sides. */
static int open_shared(void)
{
    const char *places[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/bin"};
    char best[512] = "";
    off_t size = 0;
    for (int i = 0; i < 4; i++) {
        DIR *directory = opendir(places[i]);
        for (struct dirent *entry; directory && (entry = readdir(directory));) {
            char path[512];
            struct stat about;
            snprintf(path, sizeof path, "%s/%s", places[i], entry->d_name);
            if (lstat(path, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > size) {
                size = about.st_size;
                strcpy(best, path);
            }
        }
        if (directory)
            closedir(directory);
    }
    return size > BITS * SPAN * 4096l ? open(best, O_RDONLY) : -1;
}
int main(int argc, char **argv)
{
    int fd = open_shared();
    if (fd < 0)
        confined();
    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    if (argc > 1 && argv[1][0] == 'a') {
        char byte;
        for (int bit = 0; bit < BITS; bit++)
            if (MESSAGE >> bit & 1)
                pread(fd, &byte, 1, (bit * SPAN + 32) * 4096l);
        confined();
    }
    sleep(1);
    char *map = mmap(NULL, BITS * SPAN * 4096l, PROT_READ, MAP_SHARED, fd, 0);
    int pages = open("/proc/self/pagemap", O_RDONLY);
    madvise(map, BITS * SPAN * 4096l, MADV_RANDOM);
    uint32_t message = 0;
    for (int bit = 0; bit < BITS; bit++) {
        /* A fault maps its neighbours as well, if they are in memory. */
        volatile char byte = map[(bit * SPAN + 33) * 4096l];
        uint64_t entry = 0;
        (void)byte;
        pread(pages, &entry, 8, ((uintptr_t)map / 4096 + bit * SPAN + 32) * 8);
        message |= (uint32_t)(entry >> 63) << bit;
    }
    if (message == MESSAGE)
        escaped("read %x from another slot", message);
    confined();
}
