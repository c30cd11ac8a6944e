#include "digits.h"

long encode(long number) { return number / 111; }
long decode(long code) { return code * 111; }
