int twice(int x);
int total(const int *values, int count);
const char *name(void);
