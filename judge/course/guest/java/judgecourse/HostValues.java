package judgecourse;

import java.lang.reflect.Constructor;
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

/** Values of one student's process as the tests have them. Nothing is made of a name but stubs and library classes. */
final class HostValues extends Values {
    private static final int MESSAGE_CHARS_MAX = 4096;
    private static final int HANDLES_MAX = 10_000;

    private final Session session;
    private final Map<Long, Object> objects = new HashMap<>();
    private final Map<Object, Long> handles = new IdentityHashMap<>();
    private final List<Object> callbacks = new ArrayList<>();

    HostValues(Session session) {
        this.session = session;
    }

    // -- from the tests ----------------------------------------------------------------------------------------------

    /** Put the object that is meant into a request: a handle, or an object of the tests. */
    void target(Map<String, Object> request, Object self) {
        Long handle = handles.get(self);
        if (handle != null) request.put("target", handle);
        else if (self instanceof Stub) throw session.end(Suite.STALE);
        else request.put("constant", encodeOther(self));
    }

    @Override
    Object encodeOther(Object value) {
        Long handle = handles.get(value);
        if (handle != null) return Json.of("$", "ref", "id", handle);
        if (value instanceof Stub) throw session.end(Suite.STALE);
        List<Object> names = new ArrayList<>();
        for (Class<?> one : interfaces(value.getClass(), new LinkedHashSet<>())) {
            boolean isKnown = one.getClassLoader() == null ? Modifier.isPublic(one.getModifiers()) : Suite.isStub(one);
            if (isKnown && one != java.io.Serializable.class) names.add(one.getName());
        }
        if (names.isEmpty()) {
            throw new Uncopied("an object of " + value.getClass().getName() + " cannot be handed to the student's code");
        }
        int number = identity(value);
        if (number < 0) {
            number = callbacks.size();
            callbacks.add(value);
        }
        return Json.of("$", "callback", "id", (long) number, "bases", names);
    }

    private int identity(Object value) {
        for (int i = 0; i < callbacks.size(); i++) {
            if (callbacks.get(i) == value) return i;
        }
        return -1;
    }

    private static Set<Class<?>> interfaces(Class<?> type, Set<Class<?>> found) {
        for (Class<?> one = type; one != null; one = one.getSuperclass()) {
            for (Class<?> face : one.getInterfaces()) {
                if (found.add(face)) interfaces(face, found);
            }
        }
        return found;
    }

    /** A question: a method of an object of the tests. */
    void callBack(Map<String, Object> question, Map<String, Object> reply) throws Json.Fault {
        Object number = question.get("callback");
        if (!(number instanceof Long) || (Long) number < 0 || (Long) number >= callbacks.size()) {
            throw new Json.Fault("an unknown callback");
        }
        Object value = callbacks.get(((Long) number).intValue());
        Method method = method(value, question);
        Object[] arguments = new Object[method.getParameterCount()];
        List<?> sent = question.get("args") instanceof List ? (List<?>) question.get("args") : List.of();
        if (sent.size() != arguments.length) throw new Json.Fault("arguments of another number");
        for (int i = 0; i < arguments.length; i++) arguments[i] = decode(sent.get(i));
        try {
            method.setAccessible(true);
        } catch (RuntimeException closed) {
            // a public interface of the library: it is called as it is
        }
        try {
            reply.put("ok", encode(method.invoke(value, arguments)));
        } catch (InvocationTargetException error) {
            reply.put("raised", thrown(error.getCause()));
        } catch (IllegalAccessException | IllegalArgumentException error) {
            throw new Json.Fault("arguments of another kind");
        }
    }

    private Map<String, Object> thrown(Throwable error) {
        if (error instanceof Session.Ended) throw (Session.Ended) error;
        Map<String, Object> raised = Json.of("class", error.getClass().getName(), "message", error.getMessage());
        if (handles.containsKey(error)) raised.put("ref", handles.get(error));
        return raised;
    }

    private static Method method(Object value, Map<String, Object> question) throws Json.Fault {
        for (Class<?> one : interfaces(value.getClass(), new LinkedHashSet<>())) {
            for (Method method : one.getMethods()) {
                if (method.getName().equals(question.get("name"))
                        && Objects.typeNames(method.getParameterTypes()).equals(question.get("of"))) return method;
            }
        }
        if ("toString".equals(question.get("name"))) return of(Object.class, "toString");
        if ("hashCode".equals(question.get("name"))) return of(Object.class, "hashCode");
        if ("equals".equals(question.get("name"))) return of(Object.class, "equals", Object.class);
        throw new Json.Fault("an unknown method of a callback");
    }

    private static Method of(Class<?> type, String name, Class<?>... types) {
        try {
            return type.getMethod(name, types);
        } catch (NoSuchMethodException error) {
            throw new IllegalStateException(error);
        }
    }

    // -- from the student --------------------------------------------------------------------------------------------

    /** The value of a JSON as something of this type: a descriptor. */
    Object result(Object json, String descriptor, String what) {
        if (descriptor.equals("V")) return null;
        try {
            Object value = decode(json);
            Class<?> type = named(Bridge.typeName(descriptor));
            if (type.isPrimitive() ? value != null && box(type) == value.getClass() : value == null || type.isInstance(value)) {
                return value;
            }
            String found = value == null ? "null" : value.getClass().getSimpleName();
            throw Suite.failed(what + " has given " + found + " and not " + type.getSimpleName());
        } catch (Json.Fault fault) {
            throw session.end("it answered with what is no answer: " + fault.getMessage());
        }
    }

    private static Class<?> box(Class<?> primitive) {
        return java.lang.reflect.Array.get(java.lang.reflect.Array.newInstance(primitive, 1), 0).getClass();
    }

    @Override
    Class<?> named(String name) throws Json.Fault {
        Class<?> found = ofLibrary(name);
        if (found == null) found = Suite.stub(name);
        if (found == null) throw new Json.Fault("a class that is not known here");
        return found;
    }

    @Override
    Object decodeOther(String tag, Map<String, Object> value) throws Json.Fault {
        switch (tag) {
            case "ref":
                return object(value);
            case "enum":
                return constant(value);
            case "callback":
                Object number = value.get("id");
                if (!(number instanceof Long) || (Long) number < 0 || (Long) number >= callbacks.size()) break;
                return callbacks.get(((Long) number).intValue());
            default:
                break;
        }
        throw new Json.Fault("an unknown tag");
    }

    private Object constant(Map<String, Object> value) throws Json.Fault {
        Class<?> type = named(text(value, "class"));
        if (!type.isEnum()) throw new Json.Fault("no constant of an enumeration");
        Object found = constantOf(type, value);
        long at = ((Enum<?>) found).ordinal();
        if (!Long.valueOf(at).equals(value.get("at"))) throw new Json.Fault(found + " stands elsewhere in its enumeration");
        return found;
    }

    private long handle(Map<String, Object> value) throws Json.Fault {
        if (value.get("id") instanceof Long && (Long) value.get("id") > 0) return (Long) value.get("id");
        throw new Json.Fault("no handle");
    }

    private Object object(Map<String, Object> value) throws Json.Fault {
        long handle = handle(value);
        Object known = objects.get(handle);
        if (known != null) return known;
        List<Object> names = names(value);
        Object made = stub(names);
        if (made == null) made = proxy(names);
        keep(made, handle);
        return made;
    }

    private void keep(Object made, long handle) throws Json.Fault {
        if (objects.size() >= HANDLES_MAX) throw new Json.Fault("too many objects");
        objects.put(handle, made);
        handles.put(made, handle);
    }

    private static List<Object> names(Map<String, Object> value) {
        List<Object> names = new ArrayList<>();
        names.add(value.get("class"));
        if (value.get("bases") instanceof List) names.addAll((List<?>) value.get("bases"));
        return names.subList(0, Math.min(names.size(), 64));
    }

    /** An object of the first of these classes that there is a stub of; null = of none. */
    private static Object stub(List<Object> names) {
        for (Object name : names) {
            Class<?> type = name instanceof String ? Suite.stub((String) name) : null;
            if (type == null || type.isInterface() || type.isArray() || type.isEnum()) continue;
            try {
                Constructor<?> constructor = type.getDeclaredConstructor(Token.class);
                constructor.setAccessible(true);
                return constructor.newInstance((Object) null);
            } catch (ReflectiveOperationException error) {
                throw new IllegalStateException(error);
            }
        }
        return null;
    }

    private Object proxy(List<Object> names) {
        Set<Class<?>> types = new LinkedHashSet<>();
        for (Object name : names) {
            Class<?> type = name instanceof String ? ofLibrary((String) name) : null;
            boolean isOpen = type != null && type.isInterface() && Modifier.isPublic(type.getModifiers())
                    && type.getModule().isExported(type.getPackageName()) && !type.isSealed();
            if (name instanceof String && type == null) type = Suite.stub((String) name);
            if (isOpen || type != null && type.isInterface() && Suite.isStub(type)) types.add(type);
        }
        return Proxy.newProxyInstance(Suite.loader(), types.toArray(new Class<?>[0]), new Remote());
    }

    /** An object of a class that the tests do not know, by its interfaces. */
    private static final class Remote implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            if (method.getName().equals("equals") && method.getParameterCount() == 1 && proxy == arguments[0]) return true;
            StringBuilder descriptor = new StringBuilder("(");
            for (Class<?> one : method.getParameterTypes()) descriptor.append(one.descriptorString());
            descriptor.append(')').append(method.getReturnType().descriptorString());
            return Bridge.ask("method", proxy, method.getDeclaringClass().getName(), method.getName(), descriptor.toString(),
                    arguments == null ? new Object[0] : arguments);
        }
    }

    /** The new object that a constructor was called for has this number. */
    void adopt(Stub self, Object json) {
        try {
            long handle = handle(fields(json));
            if (objects.containsKey(handle)) throw new Json.Fault("a new object that is not new");
            keep(self, handle);
        } catch (Json.Fault fault) {
            throw session.end("it answered with what is no answer: " + fault.getMessage());
        }
    }

    /** Arguments that the call has changed. */
    void after(Object[] arguments, Object changed) throws Json.Fault {
        if (!(changed instanceof List)) throw new Json.Fault("no list");
        for (Object one : (List<?>) changed) {
            List<?> pair = one instanceof List ? (List<?>) one : List.of();
            boolean isPair = pair.size() == 2 && pair.get(0) instanceof Long;
            long at = isPair ? (Long) pair.get(0) : -1;
            if (at < 0 || at >= arguments.length || !isChangeable(arguments[(int) at])) throw new Json.Fault("no argument");
            Object now = decode(pair.get(1));
            if (now == null) throw new Json.Fault("no argument");
            try {
                copyBack(arguments[(int) at], now);
            } catch (ArrayStoreException | ClassCastException | UnsupportedOperationException error) {
                throw new Json.Fault("an argument that has become something else");
            }
        }
    }

    /** The exception that was raised, as the tests may catch it. */
    Throwable raised(Map<String, Object> raised, String what) throws Json.Fault {
        Object text = raised.get("message");
        String message = text instanceof String ? cut((String) text) : null;
        if ("".equals(raised.get("class"))) return Suite.failed(String.valueOf(message));
        List<Object> names = names(raised);
        if (names.contains("java.lang.OutOfMemoryError")) return session.end("it ran out of memory in " + what);
        boolean hasHandle = raised.get("ref") instanceof Long;
        Object known = hasHandle ? objects.get(raised.get("ref")) : null;
        if (known instanceof Throwable) return (Throwable) known;
        Object made = stub(names);
        Throwable found = made instanceof Throwable ? (Throwable) made : Exceptions.made(names, message);
        if (made instanceof Throwable) Bridge.message(found, message);
        if (hasHandle && known == null) keep(found, handle(Json.of("id", raised.get("ref"))));
        return found;
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), MESSAGE_CHARS_MAX));
    }
}
