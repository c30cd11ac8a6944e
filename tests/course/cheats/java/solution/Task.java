public class Task {
    public static Object answer(String who) {
        return 42;
    }
}
