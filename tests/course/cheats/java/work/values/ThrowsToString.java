// error: an exception whose message is another one
class ThrowsToString {
    static Object answer() throws Exception {
        throw new RuntimeException() {
            @Override
            public String getMessage() {
                throw new IllegalStateException();
            }
        };
    }
}
