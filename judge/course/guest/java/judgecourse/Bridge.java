package judgecourse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** What the stubs call: it takes each use of the student's classes to the student's process. */
public final class Bridge {
    private static final Map<Object, String> MESSAGES = Collections.synchronizedMap(new IdentityHashMap<>());

    private Bridge() {}

    /** A method of {@code owner}; {@code self} null = a static one. */
    public static Object call(Object self, String owner, String name, String descriptor, Object[] arguments) {
        if (self instanceof Stub && name.equals("equals") && descriptor.equals("(Ljava/lang/Object;)Z")) {
            return equal(self, owner, arguments);
        }
        return ask("method", self, owner, name, descriptor, arguments);
    }

    /** A field: it is set where there is an argument. */
    public static Object field(Object self, String owner, String name, String descriptor, Object[] arguments) {
        String type = descriptor;
        return ask(arguments.length > 0 ? "set" : "get", self, owner, name, "()" + (arguments.length > 0 ? "V" : type), arguments);
    }

    /** A new object; {@code self} is its stub. */
    public static void construct(Stub self, String owner, String descriptor, Object[] arguments) {
        Session session = Suite.session();
        if (!self.getClass().getName().equals(owner)) throw session.end("the tests extend " + owner + ": that needs a shared process");
        Object made = asked(session, request(session, "new", null, owner, "<init>", descriptor, arguments), arguments, "new " + owner);
        session.values().adopt(self, made);
    }

    /** The message of an exception that came across. */
    public static String message(Object self) {
        if (MESSAGES.containsKey(self)) return MESSAGES.get(self);
        return (String) ask("method", self, "java.lang.Throwable", "getMessage", "()Ljava/lang/String;", new Object[0]);
    }

    static void message(Throwable error, String message) {
        MESSAGES.put(error, message);
    }

    static void forget() {
        MESSAGES.clear();
    }

    /** An equal sign of a class that finds everything equal is worth nothing. */
    private static Object equal(Object self, String owner, Object[] arguments) {
        if (arguments[0] == self) return true;
        Object found = ask("method", self, owner, "equals", "(Ljava/lang/Object;)Z", arguments);
        if (!Boolean.TRUE.equals(found)) return found;
        Session session = Suite.session();
        Map<String, Object> request = request(session, "special", self, owner, "equals", "()Z", new Object[0]);
        if (!Boolean.FALSE.equals(asked(session, request, new Object[0], owner + ".equals()"))) {
            Suite.failed("equals() of " + owner + " is true of anything");
        }
        return found;
    }

    static Object ask(String op, Object self, String owner, String name, String descriptor, Object[] arguments) {
        Session session = Suite.session();
        String what = owner + "." + name + (op.equals("method") ? "()" : "");
        Object json = asked(session, request(session, op, self, owner, name, descriptor, arguments), arguments, what);
        return session.values().result(json, descriptor.substring(descriptor.indexOf(')') + 1), what);
    }

    private static Map<String, Object> request(
            Session session, String op, Object self, String owner, String name, String descriptor, Object[] arguments) {
        Map<String, Object> request = Json.of("op", op, "class", owner, "name", name, "of", types(descriptor));
        if (self instanceof Enum) request.put("constant", session.values().encode(self));
        else if (self != null) session.values().target(request, self);
        request.put("args", session.values().encodeAll(arguments));
        return request;
    }

    /** The JSON of what came of it. Throws what was raised. */
    private static Object asked(Session session, Map<String, Object> request, Object[] arguments, String what) {
        Map<String, Object> answer = session.request(request, what);
        try {
            if (answer.containsKey("after")) session.values().after(arguments, answer.get("after"));
            if (!answer.containsKey("raised")) return answer.get("ok");
            throw Bridge.<RuntimeException>sneaky(session.values().raised(Values.fields(answer.get("raised")), what));
        } catch (Json.Fault fault) {
            throw session.end("it answered with what is no answer: " + fault.getMessage());
        }
    }

    @SuppressWarnings("unchecked")
    static <T extends Throwable> T sneaky(Throwable error) throws T {
        throw (T) error;
    }

    /** The names of the parameters' types, as {@link Class#getName} gives them. */
    static List<Object> types(String descriptor) {
        List<Object> found = new ArrayList<>();
        for (int at = 1; descriptor.charAt(at) != ')'; ) {
            int end = at;
            while (descriptor.charAt(end) == '[') end++;
            end = descriptor.charAt(end) == 'L' ? descriptor.indexOf(';', end) + 1 : end + 1;
            found.add(typeName(descriptor.substring(at, end)));
            at = end;
        }
        return found;
    }

    static String typeName(String descriptor) {
        if (descriptor.startsWith("[")) return descriptor.replace('/', '.');
        if (descriptor.startsWith("L")) return descriptor.substring(1, descriptor.length() - 1).replace('/', '.');
        return List.of("boolean", "byte", "char", "short", "int", "long", "float", "double", "void")
                .get("ZBCSIJFDV".indexOf(descriptor));
    }
}
