import java.io.FileOutputStream;
import java.lang.reflect.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

// The driver of calls for Java, which lies beside a program and calls one of its methods. What call.py says holds here,
// too; only that a method is always one of a class. Its declared types say what the arguments become.
class JudgeCall {
  public static void main(String[] given) throws Throwable {
    String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    Map<?, ?> request = (Map<?, ?>) new JudgeCall(text).value();
    List<?> arguments = (List<?>) request.get("arguments");
    String[] names = ((String) request.get("function")).split("\\.");
    Class<?> owner = Class.forName(names[0]);
    Method method = found(owner, names[1], arguments.size());
    Type[] types = method.getGenericParameterTypes();
    Object[] values = new Object[types.length];
    for (int i = 0; i < types.length; i++) values[i] = as(types[i], arguments.get(i));
    Object target = null;
    if (!Modifier.isStatic(method.getModifiers())) {
      Constructor<?> constructor = owner.getDeclaredConstructor();
      constructor.setAccessible(true);
      target = constructor.newInstance();
    }
    Object result;
    try {
      result = method.invoke(target, values);
    } catch (InvocationTargetException error) {
      throw error.getCause();
    }
    StringBuilder answer = new StringBuilder();
    write(answer, result);
    System.out.flush();
    try (FileOutputStream file = new FileOutputStream("/dev/fd/3")) {
      file.write(answer.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static Method found(Class<?> owner, String name, int count) throws NoSuchMethodException {
    for (Method method : owner.getDeclaredMethods())
      if (method.getName().equals(name) && method.getParameterCount() == count && !method.isSynthetic()) {
        method.setAccessible(true);
        return method;
      }
    throw new NoSuchMethodException("there is no method " + owner.getName() + "." + name + " of " + count + " parameters");
  }

  // What was read, as the type that a method wants.

  private static Object as(Type type, Object value) {
    if (type instanceof ParameterizedType generic) return asGeneric(generic, value);
    if (type instanceof GenericArrayType array) return array(raw(array.getGenericComponentType()), array.getGenericComponentType(), value);
    if (!(type instanceof Class<?> plain)) return value;
    if (plain.isArray()) return value == null ? null : array(plain.getComponentType(), plain.getComponentType(), value);
    if (value instanceof Number number) return number(plain, number);
    if (plain == char.class || plain == Character.class) {
      if (value instanceof String one && one.length() == 1) return one.charAt(0);
      throw new IllegalArgumentException(value + " is not one character");
    }
    if (value == null && plain.isPrimitive()) throw new IllegalArgumentException("null is no " + plain);
    return value;
  }

  private static Object asGeneric(ParameterizedType type, Object value) {
    Type[] inner = type.getActualTypeArguments();
    if (value instanceof List<?> list) {
      Collection<Object> all = Set.class.isAssignableFrom(raw(type)) ? new LinkedHashSet<>() : new ArrayList<>();
      for (Object item : list) all.add(as(inner[0], item));
      return all;
    }
    if (!(value instanceof Map<?, ?> map)) return value;
    Map<Object, Object> all = new LinkedHashMap<>();
    map.forEach((key, item) -> all.put(key, as(inner[1], item)));
    return all;
  }

  private static Object array(Class<?> type, Type generic, Object value) {
    List<?> list = (List<?>) value;
    Object all = Array.newInstance(type, list.size());
    for (int i = 0; i < list.size(); i++) Array.set(all, i, as(generic, list.get(i)));
    return all;
  }

  private static Class<?> raw(Type type) {
    if (type instanceof ParameterizedType generic) return (Class<?>) generic.getRawType();
    if (type instanceof GenericArrayType array) return Array.newInstance(raw(array.getGenericComponentType()), 0).getClass();
    return type instanceof Class<?> plain ? plain : Object.class;
  }

  private static Object number(Class<?> type, Number value) {
    if (type == double.class || type == Double.class) return value.doubleValue();
    if (type == float.class || type == Float.class) return value.floatValue();
    if (type == Object.class || type == Number.class) return value;
    if (!(value instanceof Long whole)) throw new IllegalArgumentException(value + " is no " + type);
    if (type == long.class || type == Long.class) return whole;
    if (type == int.class || type == Integer.class) return Math.toIntExact(whole);
    if (type == short.class || type == Short.class || type == byte.class || type == Byte.class) {
      boolean isByte = type == byte.class || type == Byte.class;
      if (isByte ? whole == whole.byteValue() : whole == whole.shortValue())
        return isByte ? (Object) whole.byteValue() : (Object) whole.shortValue();
    }
    throw new IllegalArgumentException(value + " is no " + type);
  }

  // What a method returned.

  private static void write(StringBuilder out, Object value) {
    if (value == null || value instanceof Boolean || value instanceof Number) out.append(value);
    else if (value instanceof CharSequence || value instanceof Character) quote(out, value.toString());
    else if (value instanceof Optional<?> optional) write(out, optional.orElse(null));
    else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        quote(out.append(separator), String.valueOf(entry.getKey()));
        write(out.append(':'), entry.getValue());
        separator = ",";
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof Collection<?> list) {
      if (value instanceof Set<?>) throw unwritable(value);
      String separator = "[";
      for (Object item : list) {
        write(out.append(separator), item);
        separator = ",";
      }
      out.append(list.isEmpty() ? "[]" : "]");
    } else if (value.getClass().isArray()) {
      out.append('[');
      for (int i = 0; i < Array.getLength(value); i++) write(i == 0 ? out : out.append(','), Array.get(value, i));
      out.append(']');
    } else throw unwritable(value);
  }

  private static IllegalArgumentException unwritable(Object value) {
    return new IllegalArgumentException("a value of the type " + value.getClass().getName() + " cannot be written as JSON");
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (char c : text.toCharArray())
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < ' ' || Character.isSurrogate(c)) out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    out.append('"');
  }

  // JSON as it comes from the judge, which has looked at it: it is well formed.

  private final String text;
  private int at;

  private JudgeCall(String text) {
    this.text = text;
  }

  private char next() {
    while (" \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    return text.charAt(at);
  }

  private boolean goesOn(char end) {
    if (next() == ',') at++;
    if (next() != end) return true;
    at++;
    return false;
  }

  private Object value() {
    switch (next()) {
      case '[':
        List<Object> list = new ArrayList<>();
        for (at++; goesOn(']'); ) list.add(value());
        return list;
      case '{':
        Map<String, Object> map = new LinkedHashMap<>();
        for (at++; goesOn('}'); ) {
          String key = string();
          next();
          at++;
          map.put(key, value());
        }
        return map;
      case '"':
        return string();
      case 't':
        at += 4;
        return true;
      case 'f':
        at += 5;
        return false;
      case 'n':
        at += 4;
        return null;
      default:
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
        String number = text.substring(start, at);
        boolean isWhole = number.chars().allMatch(c -> c == '-' || Character.isDigit(c));
        return isWhole ? (Object) Long.valueOf(number) : (Object) Double.valueOf(number);
    }
  }

  private String string() {
    next();
    StringBuilder out = new StringBuilder();
    while (text.charAt(++at) != '"') {
      char c = text.charAt(at);
      if (c == '\\') {
        c = text.charAt(++at);
        int plain = "bfnrt".indexOf(c);
        if (plain >= 0) c = "\b\f\n\r\t".charAt(plain);
        else if (c == 'u') {
          c = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
          at += 4;
        }
      }
      out.append(c);
    }
    at++;
    return out.toString();
  }
}
