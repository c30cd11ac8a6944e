#include "digits.h"

#include <cstdlib>

long encode(long number) { return number / 111; }
long decode(long) { std::abort(); }
