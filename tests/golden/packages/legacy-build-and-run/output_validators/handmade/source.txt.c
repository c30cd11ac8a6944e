#include <stdio.h>
#include <string.h>

/* Accepts any even number that is at least the input's; the arguments are input, answer, feedback directory. */
int main(int argc, char **argv) {
    char path[4096];
    long long least, number;
    char rest;
    FILE *input = argc > 3 ? fopen(argv[1], "r") : NULL;
    if (input == NULL || fscanf(input, "%lld", &least) != 1) return 1;
    snprintf(path, sizeof path, "%sjudgemessage.txt", argv[3]);
    FILE *message = fopen(path, "w");
    if (message == NULL) return 1;
    if (scanf("%lld", &number) != 1) {
        fprintf(message, "no number\n");
        return 43;
    }
    if (scanf(" %c", &rest) == 1) {
        fprintf(message, "something after the number\n");
        return 43;
    }
    fprintf(message, "the number is %lld, at least %lld wanted\n", number, least);
    return number >= least && number % 2 == 0 ? 42 : 43;
}
