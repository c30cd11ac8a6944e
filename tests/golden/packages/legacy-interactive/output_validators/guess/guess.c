#include <stdio.h>

/* Keeps a number from 1 to 100 secret, answers "lower", "higher" or "correct", allows seven guesses. */
int main(int argc, char **argv) {
    int secret, guess;
    FILE *input = argc > 3 ? fopen(argv[1], "r") : NULL;
    if (input == NULL || fscanf(input, "%d", &secret) != 1) return 1;
    for (int left = 7; left > 0; left--) {
        if (scanf("%d", &guess) != 1) return 43;
        puts(guess == secret ? "correct" : guess > secret ? "lower" : "higher");
        fflush(stdout);
        if (guess == secret) return 42;
    }
    return 43;
}
