#include "second.h"

long second(long code) { return code ^ 1023; }
