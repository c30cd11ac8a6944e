#include <assert.h>
#include <string.h>

#include "bank.h"

void test_twice(void) {
  assert(twice(21) == 42);
  assert(twice(-1) == -2);
}

void test_total(void) {
  int values[] = {1, 20, 300};
  assert(total(values, 3) == 321);
  assert(total(values, 0) == 0);
}

void test_name(void) {
  assert(strcmp(name(), "bank") == 0);
  assert(name()[4] == 0);
}
