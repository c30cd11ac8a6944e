static int n = 2;
int twice(int m) { return n * m; }
int main(void) { return 1; }
