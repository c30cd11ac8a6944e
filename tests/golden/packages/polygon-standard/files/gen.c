#include <stdio.h>
#include <stdlib.h>

#include "answer.h"

/* The number, and spaces that only "1 2" as one argument does not count. */
int main(int argc, char **argv) {
    printf("%d\n", ANSWER(atoi(argv[1])));
    return argc > 3;
}
