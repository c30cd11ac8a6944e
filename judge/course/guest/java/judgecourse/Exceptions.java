package judgecourse;

import java.util.List;

/** Exceptions of the Java library, made by their names: nothing else is ever made of a name that came across. */
final class Exceptions {
    private Exceptions() {}

    /** One of the first class of these that the library has, else a RuntimeException. */
    static Throwable made(List<?> names, String message) {
        for (Object name : names) {
            Class<?> type = name instanceof String ? Values.ofLibrary((String) name) : null;
            if (type == null || !Throwable.class.isAssignableFrom(type) || ends(type)) continue;
            Throwable found = of(type, message);
            if (found != null) return found;
        }
        return new RuntimeException(message);
    }

    /** Those that would end what runs the tests. */
    private static boolean ends(Class<?> type) {
        return type.getName().equals("java.lang.ThreadDeath")
                || VirtualMachineError.class.isAssignableFrom(type) && type != StackOverflowError.class
                || InterruptedException.class.isAssignableFrom(type);
    }

    private static Throwable of(Class<?> type, String message) {
        try {
            return (Throwable) type.getConstructor(String.class).newInstance(message);
        } catch (ReflectiveOperationException | RuntimeException error) {
            return ofNothing(type, message);
        }
    }

    private static Throwable ofNothing(Class<?> type, String message) {
        try {
            if (type == AssertionError.class) return new AssertionError(message);
            return (Throwable) type.getConstructor().newInstance();
        } catch (ReflectiveOperationException | RuntimeException error) {
            return null;
        }
    }
}
