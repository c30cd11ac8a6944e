#include <stdio.h>

/* DMOJ's default interactor (input, answer): a number to guess, and how many guesses there are. */
int main(int argc, char **argv) {
    int secret, most, guess;
    FILE *input = argc == 3 ? fopen(argv[1], "r") : NULL;
    FILE *answer = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (input == NULL || answer == NULL || fscanf(input, "%d", &secret) != 1 || fscanf(answer, "%d", &most) != 1)
        return 3;
    while (most-- > 0 && scanf("%d", &guess) == 1) {
        puts(guess == secret ? "correct" : guess > secret ? "lower" : "higher");
        fflush(stdout);
        if (guess == secret)
            return 0;
    }
    return 1;
}
