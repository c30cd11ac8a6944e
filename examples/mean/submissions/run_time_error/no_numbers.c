#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    int *numbers = NULL;
    numbers[n] = n;
    printf("%d\n", numbers[n]);
    return 0;
}
