/* The runner of tests that are functions with assertions: TESTS lists them. */
#include "test_key.h"

#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
#define PLAIN extern "C"
#else
#define PLAIN
#endif

#define TEST(name) void name(void);
#include "tests.list"
#undef TEST

static const struct {
  const char *name;
  void (*run)(void);
} all_tests[] = {
#define TEST(name) {#name, name},
#include "tests.list"
};

static unsigned long asserted;

PLAIN void judge_asserted(int holds, const char *expression, const char *file, int line) {
  char text[2048];
  if (holds) {
    asserted++;
    return;
  }
  fflush(NULL);
  snprintf(text, sizeof text, "%s:%d: assertion failed: %s\n", file, line, expression);
  say("failed", asserted, text, strlen(text));
}

PLAIN int judge_main(void) {
  static const char none[] = "the runner found no such test\n", nothing[] = "nothing was asserted\n";
  for (unsigned long i = 0; i < sizeof all_tests / sizeof *all_tests; i++) {
    if (strcmp(all_tests[i].name, wanted_test)) continue;
    all_tests[i].run();
    fflush(NULL);
    if (asserted) say("passed", asserted, "", 0);
    say("failed", 0, nothing, sizeof nothing - 1);
  }
  say("failed", 0, none, sizeof none - 1);
}
