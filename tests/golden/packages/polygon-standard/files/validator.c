#include <stdio.h>
#include <string.h>

/* Called as testlib validators are: --testset tests --group NAME. Small numbers only in "small", lines end with LF. */
int main(int argc, char **argv) {
    int n, end;
    if (argc != 5 || strcmp(argv[1], "--testset") || strcmp(argv[2], "tests") || strcmp(argv[3], "--group"))
        return 3;
    if (scanf("%d", &n) != 1 || (end = getchar()) != '\n')
        return 3;
    return !strcmp(argv[4], "small") && n > 10 ? 3 : 0;
}
