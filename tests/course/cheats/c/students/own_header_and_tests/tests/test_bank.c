void test_twice(void) {}
void test_total(void) {}
void test_name(void) {}
