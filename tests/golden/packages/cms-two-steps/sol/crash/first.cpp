#include "first.h"

#include <cstdlib>

long first(long) { std::exit(3); }
