package judgecourse;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The student's classes and objects, and what is done with them. */
final class Objects extends Values {
    private static final int HANDLES_MAX = 10_000;
    private static final int BASES_MAX = 64;
    private static final int TEXT_CHARS_MAX = 4096;

    private final Driver driver;
    private final Map<Object, Long> numbers = new IdentityHashMap<>();
    private final Map<Long, Object> held = new HashMap<>();
    private final Map<Long, Object> callbacks = new HashMap<>();

    Objects(Driver driver) {
        this.driver = driver;
    }

    /** The student lacks what a test needs. */
    private static final class Missing extends Exception {
        private static final long serialVersionUID = 1;

        Missing(String message) {
            super(message);
        }
    }

    /** Carry out a request; what comes of it goes into the answer. */
    void serve(Map<String, Object> request, Map<String, Object> answer) throws Json.Fault {
        try {
            answer.put("ok", done(request, answer));
        } catch (Missing missing) {
            answer.put("raised", Json.of("class", "", "bases", List.of(), "message", missing.getMessage()));
        } catch (InvocationTargetException error) {
            answer.put("raised", raised(error.getCause()));
        } catch (IOException | ReflectiveOperationException | RuntimeException | Error error) {
            answer.put("raised", raised(error));
        }
    }

    private Object done(Map<String, Object> request, Map<String, Object> answer)
            throws Json.Fault, Missing, ReflectiveOperationException, IOException {
        Object target = request.containsKey("target") ? held.get(request.get("target")) : null;
        if (request.containsKey("target") && target == null) throw new Json.Fault("there is no such object");
        List<?> sent = request.containsKey("args") ? (List<?>) request.get("args") : List.of();
        Object[] arguments = new Object[sent.size()];
        for (int i = 0; i < arguments.length; i++) arguments[i] = decode(sent.get(i));
        if (request.containsKey("constant")) target = decode(request.get("constant"));
        String name = text(request, "name");
        Class<?> type = studentClass(text(request, "class"));
        Object found = null;
        switch (text(request, "op")) {
            case "new":
                Constructor<?> constructor = constructor(type, types(request), arguments);
                found = constructor.newInstance(arguments);
                break;
            case "method":
                found = method(type, name, request, arguments, target == null).invoke(target, arguments);
                break;
            case "get":
                found = field(type, name, target == null).get(target);
                break;
            case "set":
                field(type, name, target == null).set(target, arguments[0]);
                break;
            case "special": // whether equals() says true to anything
                return target.equals(new Object());
            default:
                throw new Json.Fault("no such operation");
        }
        Object encoded = encode(found);
        after(sent, arguments, answer);
        return encoded;
    }

    /** Arguments that the call has changed, which the test has copies of. */
    private void after(List<?> sent, Object[] arguments, Map<String, Object> answer) {
        List<Object> changed = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (!isChangeable(arguments[i])) continue;
            Object now = encode(arguments[i]);
            if (!Json.text(now).equals(Json.text(sent.get(i)))) changed.add(List.of((long) i, now));
        }
        if (!changed.isEmpty()) answer.put("after", changed);
    }

    // -- finding ---------------------------------------------------------------------------------------------------

    private Class<?> studentClass(String name) throws Missing {
        Class<?> found = ofLibrary(name);
        if (found != null) return found;
        if (name.startsWith("judgecourse.")) throw new Missing("there is no class " + name);
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException | NoClassDefFoundError error) {
            throw new Missing("there is no class " + name);
        }
    }

    @Override
    Class<?> named(String name) throws Json.Fault {
        try {
            if (!name.startsWith("[")) return studentClass(name);
            return Class.forName(name, false, Objects.class.getClassLoader());
        } catch (Missing | ClassNotFoundException missing) {
            throw new Json.Fault("there is no class " + name);
        }
    }

    /** The types of a request's parameters; null = one of them is no class of the student's. */
    private Class<?>[] types(Map<String, Object> request) throws Json.Fault {
        List<Class<?>> found = new ArrayList<>();
        for (Object name : (List<?>) request.get("of")) {
            try {
                found.add(named((String) name));
            } catch (Json.Fault missing) {
                return null;
            }
        }
        return found.toArray(new Class<?>[0]);
    }

    private Constructor<?> constructor(Class<?> type, Class<?>[] types, Object[] arguments) throws Missing {
        Constructor<?> found = null;
        for (Constructor<?> one : type.getDeclaredConstructors()) {
            if (types != null && java.util.Arrays.equals(one.getParameterTypes(), types)) return usable(one);
            if (takes(one, arguments)) found = one;
        }
        if (found == null) throw new Missing("there is no constructor " + shown(type.getName(), types, arguments));
        return usable(found);
    }

    private Method method(Class<?> type, String name, Map<String, Object> request, Object[] arguments, boolean isStatic)
            throws Json.Fault, Missing {
        Class<?>[] types = types(request);
        Method fitting = null;
        for (Class<?> one : family(type)) {
            for (Method method : one.getDeclaredMethods()) {
                if (!method.getName().equals(name) || method.isBridge()) continue;
                if (types != null && java.util.Arrays.equals(method.getParameterTypes(), types)) {
                    return checked(method, isStatic);
                }
                if (fitting == null && takes(method, arguments)) fitting = method;
            }
        }
        if (fitting == null) {
            throw new Missing("there is no method " + shown(type.getName() + "." + name, types, arguments));
        }
        return checked(fitting, isStatic);
    }

    private static Method checked(Method method, boolean isStatic) throws Missing {
        if (isStatic && !Modifier.isStatic(method.getModifiers())) {
            throw new Missing(method.getDeclaringClass().getName() + "." + method.getName() + " is not static");
        }
        return usable(method);
    }

    private static <T extends Executable> T usable(T one) throws Missing {
        if (Modifier.isPrivate(one.getModifiers())) throw new Missing(one.getName() + " is private");
        if (one.getDeclaringClass().getClassLoader() != null) one.setAccessible(true);
        return one;
    }

    private static Field field(Class<?> type, String name, boolean isStatic) throws Missing {
        for (Class<?> one : family(type)) {
            for (Field field : one.getDeclaredFields()) {
                if (!field.getName().equals(name)) continue;
                if (Modifier.isPrivate(field.getModifiers())) throw new Missing(type.getName() + "." + name + " is private");
                if (isStatic && !Modifier.isStatic(field.getModifiers())) {
                    throw new Missing(type.getName() + "." + name + " is not static");
                }
                field.setAccessible(true);
                return field;
            }
        }
        throw new Missing("there is no field " + type.getName() + "." + name);
    }

    /** A class, those above it, and all interfaces. */
    private static Set<Class<?>> family(Class<?> type) {
        Set<Class<?>> found = new LinkedHashSet<>();
        for (Class<?> one = type; one != null; one = one.getSuperclass()) found.add(one);
        for (Class<?> one : List.copyOf(found)) interfaces(one, found);
        if (type.isInterface()) found.add(Object.class);
        return found;
    }

    private static void interfaces(Class<?> type, Set<Class<?>> found) {
        for (Class<?> one : type.getInterfaces()) {
            if (found.add(one)) interfaces(one, found);
        }
    }

    private static boolean takes(Executable one, Object[] arguments) {
        Class<?>[] types = one.getParameterTypes();
        if (types.length != arguments.length) return false;
        for (int i = 0; i < types.length; i++) {
            if (types[i].isPrimitive() ? !widens(types[i], arguments[i])
                    : arguments[i] != null && !types[i].isInstance(arguments[i])) return false;
        }
        return true;
    }

    private static boolean widens(Class<?> type, Object argument) {
        if (argument == null) return false;
        try {
            java.lang.reflect.Array.set(java.lang.reflect.Array.newInstance(type, 1), 0, argument);
            return true;
        } catch (IllegalArgumentException error) {
            return false;
        }
    }

    private static String shown(String name, Class<?>[] types, Object[] arguments) {
        List<String> names = new ArrayList<>();
        if (types != null) for (Class<?> one : types) names.add(one.getSimpleName());
        else for (Object one : arguments) names.add(one == null ? "null" : one.getClass().getSimpleName());
        return name + "(" + String.join(", ", names) + ")";
    }

    // -- values ----------------------------------------------------------------------------------------------------

    @Override
    Object encodeOther(Object value) {
        if (Proxy.isProxyClass(value.getClass()) && Proxy.getInvocationHandler(value) instanceof Callback) {
            return Json.of("$", "callback", "id", ((Callback) Proxy.getInvocationHandler(value)).number);
        }
        return Json.of("$", "ref", "id", number(value), "class", value.getClass().getName(), "bases", bases(value));
    }

    private long number(Object value) {
        Long known = numbers.get(value);
        if (known != null) return known;
        if (held.size() >= HANDLES_MAX) throw new Uncopied("more than " + HANDLES_MAX + " objects");
        long number = held.size() + 1;
        numbers.put(value, number);
        held.put(number, value);
        return number;
    }

    private static List<Object> bases(Object value) {
        List<Object> names = new ArrayList<>();
        for (Class<?> one : family(value.getClass())) {
            if (names.size() < BASES_MAX) names.add(one.getName());
        }
        return names;
    }

    @Override
    Object decodeOther(String tag, Map<String, Object> value) throws Json.Fault {
        if (tag.equals("ref") && held.containsKey(value.get("id"))) return held.get(value.get("id"));
        if (tag.equals("enum")) return constantOf(named(text(value, "class")), value);
        if (tag.equals("callback")) return callback((Long) value.get("id"), (List<?>) value.get("bases"));
        throw new Json.Fault("an object that is not here: " + tag);
    }

    private Object callback(long number, List<?> bases) throws Json.Fault {
        Object known = callbacks.get(number);
        if (known != null) return known;
        List<Class<?>> types = new ArrayList<>();
        for (Object name : bases) {
            Class<?> one = named((String) name);
            if (!one.isInterface()) throw new Json.Fault(name + " is no interface");
            types.add(one);
        }
        Object made = Proxy.newProxyInstance(
                Objects.class.getClassLoader(), types.toArray(new Class<?>[0]), new Callback(number));
        callbacks.put(number, made);
        return made;
    }

    /** An object of the tests. */
    private final class Callback implements InvocationHandler {
        private final long number;

        Callback(long number) {
            this.number = number;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.isDefault()) return InvocationHandler.invokeDefault(proxy, method, arguments);
            Map<String, Object> question = Json.of(
                    "ask", "call", "callback", number, "class", method.getDeclaringClass().getName(),
                    "name", method.getName(), "of", typeNames(method.getParameterTypes()),
                    "args", encodeAll(arguments == null ? new Object[0] : arguments));
            Map<String, Object> reply = driver.ask(question);
            if (reply.containsKey("raised")) throw thrown(fields(reply.get("raised")));
            return decode(reply.get("ok"));
        }
    }

    static List<Object> typeNames(Class<?>[] types) {
        List<Object> names = new ArrayList<>();
        for (Class<?> one : types) names.add(one.getName());
        return names;
    }

    /** What the tests' code threw in a callback. */
    private Throwable thrown(Map<String, Object> raised) throws Json.Fault {
        if (raised.get("ref") instanceof Long && held.get(raised.get("ref")) instanceof Throwable) {
            return (Throwable) held.get(raised.get("ref"));
        }
        return Exceptions.made(List.of(text(raised, "class")), String.valueOf(raised.get("message")));
    }

    /** An exception as it crosses. */
    Map<String, Object> raised(Throwable error) {
        Map<String, Object> found = Json.of("class", error.getClass().getName(), "bases", bases(error));
        String message = null;
        try {
            message = error.getMessage();
        } catch (Throwable broken) {
            message = "getMessage() failed: " + broken.getClass().getName();
        }
        if (error instanceof ExceptionInInitializerError) message = String.valueOf(error.getCause());
        if (message != null) found.put("message", message.substring(0, Math.min(message.length(), TEXT_CHARS_MAX)));
        if (held.size() < HANDLES_MAX) found.put("ref", number(error));
        found.put("trace", Driver.trace(error));
        return found;
    }
}
