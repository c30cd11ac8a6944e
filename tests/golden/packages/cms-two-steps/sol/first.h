long first(long number);
