#include <stdio.h>
#include <signal.h>

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    FILE *input = fopen("input.txt", "r"), *output = fopen("output.txt", "w");
    FILE *from = fopen(argv[1], "r"), *to = fopen(argv[2], "w");
    int secret, guess, asked = 0;
    if (argc != 3 || !output || fscanf(input, "%d", &secret) != 1) return 1;
    while (fscanf(from, "%d", &guess) == 1 && ++asked <= 10 && guess != secret) {
        fprintf(to, "%s\n", guess < secret ? "more" : "less");
        fflush(to);
    }
    fprintf(output, "%d\n", asked);
    if (asked > 10 || guess != secret) {
        fprintf(stderr, "not found\n");
        printf("0.0\n");
        return 0;
    }
    fprintf(to, "found\n");
    fflush(to);
    fprintf(stderr, "translate:success\n");
    printf("1.0\n");
    return 0;
}
