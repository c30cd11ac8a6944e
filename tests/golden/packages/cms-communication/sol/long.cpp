#include "digits.h"

long encode(long number) { return number / 111 + 10; }
long decode(long code) { return (code - 10) * 111; }
