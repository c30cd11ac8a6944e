/* tries: leave kilobytes in the namespace's map of project ids, readable by every later program of the slot
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    char text[64] = "";
    int fd = open("/proc/self/projid_map", O_WRONLY);
    if (fd >= 0 && write(fd, "4711 4711 1\n", 12) > 0)
        escaped("wrote the map");
    fd = open("/proc/self/projid_map", O_RDONLY);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0 && strstr(text, "4711"))
        escaped("the note is there: %s", text);
    confined();
}
