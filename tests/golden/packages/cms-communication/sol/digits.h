long encode(long number);
long decode(long code);
