#include "first.h"

long first(long number) { return number ^ 1023; }
