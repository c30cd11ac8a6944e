#include "digits.h"

long encode(long) { for (volatile int i = 0;; i++) {} }
long decode(long) { return 0; }
