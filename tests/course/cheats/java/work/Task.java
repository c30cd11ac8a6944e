import java.lang.reflect.InvocationTargetException;

/** Every cheat is a class of its own with a static method answer(); which one is to answer the test says. */
public class Task {
    public static Object answer(String who) throws Throwable {
        try {
            return Class.forName(who).getDeclaredMethod("answer").invoke(null);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
    }
}
