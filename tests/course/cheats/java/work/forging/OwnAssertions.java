// failed: a class that is called like the one of the framework
class OwnAssertions {
    static Object answer() throws Exception {
        org.junit.jupiter.api.Assertions.assertEquals(42, 0);
        return 0;
    }
}
