#include "first.h"

long kept;
long first(long number) { kept = number; return 0; }
