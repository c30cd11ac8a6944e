#include <stdio.h>

/* Called as testlib checkers are: input, output, answer; 0 accepts, 1 rejects, 2 is bad format, 7 gives points. */
int main(int argc, char **argv) {
    long long said, right;
    FILE *output = argc > 3 ? fopen(argv[2], "r") : NULL;
    FILE *answer = argc > 3 ? fopen(argv[3], "r") : NULL;
    if (output == NULL || answer == NULL || fscanf(answer, "%lld", &right) != 1) {
        fprintf(stderr, "FAIL no answer\n");
        return 3;
    }
    if (fscanf(output, "%lld", &said) != 1) {
        fprintf(stderr, "wrong output format: expected a number\n");
        return 2;
    }
    if (said != right) return 1;
    fprintf(stderr, "points 10\n");
    return 7;
}
