package judgecourse;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Values as they cross, on both sides: copies of what the Java library calls values, by a fixed table. All other objects
 * are the side's own matter: {@link #encodeOther}, {@link #decodeOther}.
 */
abstract class Values {
    private static final BigInteger INTEGER_MAX = BigInteger.TEN.pow(4300);
    private static final Map<String, Supplier<Collection<Object>>> COLLECTIONS = new HashMap<>();
    private static final Map<String, Supplier<Map<Object, Object>>> MAPS = new HashMap<>();
    private static final Map<String, Function<String, Object>> TEXTS = new LinkedHashMap<>();

    static {
        COLLECTIONS.put("ArrayList", ArrayList::new);
        COLLECTIONS.put("LinkedList", LinkedList::new);
        COLLECTIONS.put("Vector", Vector::new);
        COLLECTIONS.put("Stack", Stack::new);
        COLLECTIONS.put("ArrayDeque", ArrayDeque::new);
        COLLECTIONS.put("PriorityQueue", PriorityQueue::new);
        COLLECTIONS.put("HashSet", HashSet::new);
        COLLECTIONS.put("LinkedHashSet", LinkedHashSet::new);
        COLLECTIONS.put("TreeSet", TreeSet::new);
        MAPS.put("HashMap", HashMap::new);
        MAPS.put("LinkedHashMap", LinkedHashMap::new);
        MAPS.put("TreeMap", TreeMap::new);
        TEXTS.put("java.lang.Long", Long::valueOf);
        TEXTS.put("java.lang.Short", Short::valueOf);
        TEXTS.put("java.lang.Byte", Byte::valueOf);
        TEXTS.put("java.lang.Float", Float::valueOf);
        TEXTS.put("java.lang.Character", text -> Character.valueOf(text.charAt(0)));
        TEXTS.put("java.lang.StringBuilder", StringBuilder::new);
        TEXTS.put("java.math.BigDecimal", Values::decimal);
        TEXTS.put("java.time.LocalDate", LocalDate::parse);
        TEXTS.put("java.time.LocalTime", LocalTime::parse);
        TEXTS.put("java.time.LocalDateTime", LocalDateTime::parse);
        TEXTS.put("java.time.Duration", Duration::parse);
        TEXTS.put("java.time.Period", Period::parse);
        TEXTS.put("java.time.Instant", Instant::parse);
        TEXTS.put("java.util.UUID", UUID::fromString);
    }

    private static Object decimal(String text) {
        if (text.length() > 4400 || text.matches(".*[eE][+-]?[0-9]{5,}")) throw new NumberFormatException("too long");
        return new BigDecimal(text);
    }

    /** What cannot cross, in words. */
    static final class Uncopied extends RuntimeException {
        private static final long serialVersionUID = 1;

        Uncopied(String message) {
            super(message);
        }
    }

    /** A handle, a callback, or {@link Uncopied}. */
    abstract Object encodeOther(Object value);

    /** What a tagged value is that no table here knows. */
    abstract Object decodeOther(String tag, Map<String, Object> value) throws Json.Fault;

    /** A class of the library's or the student's by its name. */
    abstract Class<?> named(String name) throws Json.Fault;

    // -- out -----------------------------------------------------------------------------------------------------

    private int left;

    /** The JSON of a value; throws {@link Uncopied}. */
    final Object encode(Object value) {
        left = Json.VALUES_MAX - 1000;
        return encode(value, Json.DEPTH_MAX - 4);
    }

    final List<Object> encodeAll(Object[] values) {
        left = Json.VALUES_MAX - 1000;
        List<Object> found = new ArrayList<>();
        for (Object value : values) found.add(encode(value, Json.DEPTH_MAX - 4));
        return found;
    }

    private Object encode(Object value, int depth) {
        if (depth == 0) throw new Uncopied("a value that is too deep, or contains itself");
        if (--left < 0) throw new Uncopied("a value that is too large");
        if (value == null || value instanceof String || value instanceof Boolean) return value;
        if (value instanceof Integer) return ((Integer) value).longValue();
        if (value instanceof Double) return number((Double) value);
        if (value instanceof BigInteger && value.getClass() == BigInteger.class) return integer((BigInteger) value);
        if (TEXTS.containsKey(value.getClass().getName())) {
            return Json.of("$", "std", "name", value.getClass().getName(), "v", List.of(value.toString()));
        }
        if (value instanceof Enum) return constant((Enum<?>) value);
        if (value.getClass().isArray()) return array(value, depth);
        if (value instanceof Optional) {
            List<Object> inside = new ArrayList<>();
            ((Optional<?>) value).ifPresent(one -> inside.add(encode(one, depth - 1)));
            return Json.of("$", "std", "name", "java.util.Optional", "v", inside);
        }
        if (isOfLibrary(value) && value instanceof Collection) return collection((Collection<?>) value, depth);
        if (isOfLibrary(value) && value instanceof Map) return map((Map<?, ?>) value, depth);
        return encodeOther(value);
    }

    private static boolean isOfLibrary(Object value) {
        return value.getClass().getClassLoader() == null && value.getClass().getName().startsWith("java.util.");
    }

    private static Object number(double value) {
        if (Double.isNaN(value)) return Json.of("$", "float", "v", "nan");
        if (Double.isInfinite(value)) return Json.of("$", "float", "v", value > 0 ? "inf" : "-inf");
        return value;
    }

    private static Object integer(BigInteger value) {
        if (value.abs().compareTo(INTEGER_MAX) >= 0) throw new Uncopied("an integer of too many digits");
        return Json.of("$", "int", "v", value.toString());
    }

    private static Object constant(Enum<?> value) {
        String name = value.getDeclaringClass().getName();
        return Json.of("$", "enum", "class", name, "name", value.name(), "at", (long) value.ordinal());
    }

    private Object array(Object value, int depth) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < Array.getLength(value); i++) items.add(encode(Array.get(value, i), depth - 1));
        return Json.of("$", "array", "of", value.getClass().getComponentType().getName(), "v", items);
    }

    private Object collection(Collection<?> value, int depth) {
        List<Object> items = new ArrayList<>();
        for (Object item : value) items.add(encode(item, depth - 1));
        if (value.getClass() == ArrayList.class) return items;
        return tagged(value, value instanceof Set ? "set" : "list", items);
    }

    private Object map(Map<?, ?> value, int depth) {
        List<Object> items = new ArrayList<>();
        for (Map.Entry<?, ?> one : value.entrySet()) {
            List<Object> pair = new ArrayList<>();
            pair.add(encode(one.getKey(), depth - 1));
            pair.add(encode(one.getValue(), depth - 1));
            items.add(pair);
        }
        return tagged(value, "map", items);
    }

    private static Object tagged(Object value, String tag, List<Object> items) {
        String name = value.getClass().getName();
        boolean orderedByItself = value instanceof SortedMap && ((SortedMap<?, ?>) value).comparator() != null
                || value instanceof SortedSet && ((SortedSet<?>) value).comparator() != null
                || value instanceof PriorityQueue && ((PriorityQueue<?>) value).comparator() != null;
        String as = orderedByItself ? "" : value.getClass().getSimpleName();
        Map<String, Object> found = Json.of("$", tag, "as", as, "v", items);
        if (name.contains("Immutable") || name.contains("Unmodifiable")) found.put("frozen", true);
        return found;
    }

    // -- in ------------------------------------------------------------------------------------------------------

    /** The value of a JSON. Throws {@link Json.Fault} for what is none. */
    final Object decode(Object json) throws Json.Fault {
        if (json == null || json instanceof String || json instanceof Boolean || json instanceof Double) return json;
        if (json instanceof Long) {
            if ((Long) json != ((Long) json).intValue()) throw new Json.Fault("an integer that is no int");
            return ((Long) json).intValue();
        }
        if (json instanceof List) return filled(new ArrayList<>(), json);
        Map<String, Object> value = fields(json);
        if (!(value.get("$") instanceof String)) throw new Json.Fault("a value without a tag");
        try {
            return decodeTagged((String) value.get("$"), value);
        } catch (ClassCastException | IllegalArgumentException | java.time.DateTimeException
                | IndexOutOfBoundsException | NullPointerException error) {
            throw new Json.Fault("a value that is none: " + value.get("$"));
        }
    }

    private Object decodeTagged(String tag, Map<String, Object> value) throws Json.Fault {
        switch (tag) {
            case "float":
                return Double.valueOf(Map.of("nan", "NaN", "inf", "Infinity", "-inf", "-Infinity")
                        .getOrDefault(text(value, "v"), text(value, "v")));
            case "int":
                if (text(value, "v").length() > 4301) throw new Json.Fault("an integer of too many digits");
                return new BigInteger(text(value, "v"));
            case "std":
                return standard(text(value, "name"), items(value));
            case "array":
                return array(named(text(value, "of")), items(value));
            case "list":
            case "set":
                return collection(tag, value);
            case "map":
            case "dict":
                return map(value);
            default:
                return decodeOther(tag, value);
        }
    }

    private Object standard(String name, List<?> inside) throws Json.Fault {
        if (name.equals("java.util.Optional")) {
            return inside.isEmpty() ? Optional.empty() : Optional.ofNullable(decode(inside.get(0)));
        }
        Function<String, Object> make = TEXTS.get(name);
        if (make == null) throw new Json.Fault("a value of an unknown class");
        return make.apply((String) inside.get(0));
    }

    private Object array(Class<?> of, List<?> items) throws Json.Fault {
        Object found = Array.newInstance(of, items.size());
        for (int i = 0; i < items.size(); i++) Array.set(found, i, decode(items.get(i)));
        return found;
    }

    private Object collection(String tag, Map<String, Object> value) throws Json.Fault {
        String usual = tag.equals("set") ? "LinkedHashSet" : "ArrayList";
        String as = String.valueOf(value.get("as"));
        Collection<Object> found = filled(COLLECTIONS.getOrDefault(as, COLLECTIONS.get(usual)).get(), value.get("v"));
        if (value.get("frozen") != Boolean.TRUE) return found;
        if (found instanceof Set) return Collections.unmodifiableSet((Set<?>) found);
        return found instanceof List ? Collections.unmodifiableList((List<?>) found) : found;
    }

    private Collection<Object> filled(Collection<Object> found, Object items) throws Json.Fault {
        for (Object item : (List<?>) items) found.add(decode(item));
        return found;
    }

    private Object map(Map<String, Object> value) throws Json.Fault {
        String as = String.valueOf(value.get("as"));
        Map<Object, Object> found = MAPS.getOrDefault(as, MAPS.get("LinkedHashMap")).get();
        for (Object pair : items(value)) found.put(decode(((List<?>) pair).get(0)), decode(((List<?>) pair).get(1)));
        return value.get("frozen") == Boolean.TRUE ? Collections.unmodifiableMap(found) : found;
    }

    static String text(Map<String, Object> value, String name) throws Json.Fault {
        if (value.get(name) instanceof String) return (String) value.get(name);
        throw new Json.Fault("no text: " + name);
    }

    static List<?> items(Map<String, Object> value) throws Json.Fault {
        if (value.get("v") instanceof List) return (List<?>) value.get("v");
        throw new Json.Fault("no list");
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> fields(Object json) throws Json.Fault {
        if (json instanceof Map) return (Map<String, Object>) json;
        throw new Json.Fault("no object");
    }

    /** The constant of an enumeration that a tagged value names. */
    static Object constantOf(Class<?> type, Map<String, Object> value) throws Json.Fault {
        try {
            java.lang.reflect.Field field = type.getDeclaredField(text(value, "name"));
            if (!field.isEnumConstant()) throw new Json.Fault("no constant of an enumeration");
            field.setAccessible(true);
            return field.get(null);
        } catch (ReflectiveOperationException error) {
            throw new Json.Fault("the enumeration " + type.getName() + " has no " + text(value, "name"));
        }
    }

    /** The class that a name of a primitive type or a library class means; null = neither. */
    static Class<?> ofLibrary(String name) {
        String component = name;
        while (component.startsWith("[")) component = component.substring(1);
        for (Class<?> one : new Class<?>[] {
            boolean.class, byte.class, char.class, short.class, int.class, long.class, float.class, double.class
        }) {
            if (one.getName().equals(name)) return one;
        }
        boolean primitive = name.startsWith("[") && component.length() == 1;
        if (!primitive && !component.startsWith("java.") && !component.startsWith("Ljava.")) return null;
        try {
            return Class.forName(name, false, null);
        } catch (ClassNotFoundException | LinkageError error) {
            return null;
        }
    }

    /** Make {@code mine} what {@code theirs} is, a copy of the same array or collection after a call. */
    @SuppressWarnings("unchecked")
    static void copyBack(Object mine, Object theirs) throws Json.Fault {
        if (mine.getClass().isArray() && mine.getClass() == theirs.getClass()) {
            int size = Array.getLength(mine);
            if (size != Array.getLength(theirs)) throw new Json.Fault("an array of another length");
            System.arraycopy(theirs, 0, mine, 0, size);
        } else if (mine instanceof Collection && theirs instanceof Collection) {
            ((Collection<Object>) mine).clear();
            ((Collection<Object>) mine).addAll((Collection<Object>) theirs);
        } else if (mine instanceof Map && theirs instanceof Map) {
            ((Map<Object, Object>) mine).clear();
            ((Map<Object, Object>) mine).putAll((Map<Object, Object>) theirs);
        } else if (mine instanceof StringBuilder && theirs instanceof StringBuilder) {
            ((StringBuilder) mine).setLength(0);
            ((StringBuilder) mine).append(theirs);
        } else throw new Json.Fault("an argument that has become something else");
    }

    /** Whether a call may change an object of this kind that both sides have a copy of. */
    static boolean isChangeable(Object value) {
        return value != null
                && (value.getClass().isArray() || value instanceof StringBuilder
                        || (value instanceof Collection || value instanceof Map) && isOfLibrary(value));
    }
}
