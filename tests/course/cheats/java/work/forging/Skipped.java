// error: an exception that is called like the one that skips a test
class Skipped {
    static Object answer() throws Exception {
        throw new org.opentest4j.TestAbortedException();
    }
}
