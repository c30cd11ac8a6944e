#include <stdio.h>
#include <string.h>

/* Ends right after its last guess, without reading the answer to it when only one number is left. */
int main(void) {
    int low = 1, high = 100;
    char answer[16];
    while (low < high) {
        int middle = (low + high) / 2;
        printf("%d\n", middle);
        fflush(stdout);
        if (scanf("%15s", answer) != 1) return 1;
        if (strcmp(answer, "correct") == 0) return 0;
        if (strcmp(answer, "lower") == 0) high = middle - 1;
        else low = middle + 1;
    }
    printf("%d\n", low);
    return 0;
}
