#include "twice.h"
#include <stdio.h>

static int n;

int main(void)
{
    while (scanf("%d", &n) == 1)
        printf("%d\n", twice(n));
    return 0;
}
