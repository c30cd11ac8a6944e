#include "second.h"

extern long kept;
long second(long) { return kept; }
