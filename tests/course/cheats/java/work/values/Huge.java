// error: a text larger than a frame
class Huge {
    static Object answer() throws Exception {
        return "42".repeat(4 << 20);
    }
}
