package judgecourse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON, both ways: null, Boolean, Long (integers), Double (numbers with a point or an exponent), String, List, Map.
 * What is read is hostile: depth and the number of values are bounded, and every fault is a {@link Fault}.
 */
final class Json {
    /** What was read is no JSON, or more of it than is taken. */
    static final class Fault extends Exception {
        private static final long serialVersionUID = 1;

        Fault(String message) {
            super(message);
        }
    }

    static final int DEPTH_MAX = 64;
    static final int VALUES_MAX = 100_000;
    private static final long PLAIN_MAX = (1L << 53) - 1;

    private final String text;
    private final int valuesMax;
    private int at;
    private int values;

    private Json(String text, int valuesMax) {
        this.text = text;
        this.valuesMax = valuesMax;
    }

    /** The value that a whole text is. */
    static Object parse(String text, int valuesMax) throws Fault {
        Json reader = new Json(text, valuesMax);
        Object value = reader.value(2 * DEPTH_MAX);
        reader.space();
        if (reader.at < text.length()) throw new Fault("something comes after the value");
        return value;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    private char peek() throws Fault {
        space();
        if (at >= text.length()) throw new Fault("it breaks off");
        return text.charAt(at);
    }

    private boolean take(char wanted) throws Fault {
        if (peek() != wanted) return false;
        at++;
        return true;
    }

    private void need(char wanted) throws Fault {
        if (!take(wanted)) throw new Fault("no JSON at " + at);
    }

    private Object value(int depth) throws Fault {
        if (depth == 0) throw new Fault("values too deep");
        if (++values > valuesMax) throw new Fault("too many values");
        switch (peek()) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Object word(String word, Object value) throws Fault {
        if (!text.startsWith(word, at)) throw new Fault("no JSON at " + at);
        at += word.length();
        return value;
    }

    private Map<String, Object> object(int depth) throws Fault {
        Map<String, Object> fields = new LinkedHashMap<>();
        need('{');
        if (take('}')) return fields;
        do {
            if (peek() != '"') throw new Fault("no JSON at " + at);
            String name = string();
            need(':');
            if (fields.containsKey(name)) throw new Fault("a name that comes twice");
            fields.put(name, value(depth - 1));
        } while (take(','));
        need('}');
        return fields;
    }

    private List<Object> array(int depth) throws Fault {
        List<Object> items = new ArrayList<>();
        need('[');
        if (take(']')) return items;
        do items.add(value(depth - 1)); while (take(','));
        need(']');
        return items;
    }

    private String string() throws Fault {
        StringBuilder found = new StringBuilder();
        at++;
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (next == '"') return found.toString();
            if (next < ' ') throw new Fault("a control character in a text");
            found.append(next == '\\' ? escaped() : next);
        }
        throw new Fault("it breaks off");
    }

    private char escaped() throws Fault {
        if (at >= text.length()) throw new Fault("it breaks off");
        char next = text.charAt(at++);
        int place = "\"\\/bfnrt".indexOf(next);
        if (place >= 0) return "\"\\/\b\f\n\r\t".charAt(place);
        if (next != 'u' || at + 4 > text.length()) throw new Fault("no JSON at " + at);
        int code = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = Character.digit(text.charAt(at), 16);
            if (digit < 0 || text.charAt(at) > 'f') throw new Fault("no JSON at " + at);
            code = 16 * code + digit;
        }
        return (char) code;
    }

    private Object number() throws Fault {
        int begin = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
        String found = text.substring(begin, at);
        if (!found.matches("-?(0|[1-9][0-9]{0,400})(\\.[0-9]{1,400})?([eE][+-]?[0-9]{1,5})?")) {
            throw new Fault("no JSON at " + begin);
        }
        if (found.matches("-?[0-9]+")) {
            if (found.length() > 17) throw new Fault("an integer that is no plain one");
            long value = Long.parseLong(found);
            if (Math.abs(value) > PLAIN_MAX) throw new Fault("an integer that is no plain one");
            return value;
        }
        return Double.parseDouble(found);
    }

    /** The text of a value, in ASCII. */
    static String text(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value);
        return out.toString();
    }

    private static void write(StringBuilder out, Object value) {
        if (value instanceof String) quote(out, (String) value);
        else if (value instanceof Map) {
            char before = '{';
            for (Map.Entry<?, ?> field : ((Map<?, ?>) value).entrySet()) {
                out.append(before);
                quote(out, (String) field.getKey());
                out.append(':');
                write(out, field.getValue());
                before = ',';
            }
            out.append(before == '{' ? "{}" : "}");
        } else if (value instanceof List) {
            char before = '[';
            for (Object item : (List<?>) value) {
                out.append(before);
                write(out, item);
                before = ',';
            }
            out.append(before == '[' ? "[]" : "]");
        } else out.append(value);
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '"' || next == '\\') out.append('\\').append(next);
            else if (next >= ' ' && next < 127) out.append(next);
            else {
                out.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) out.append(Character.forDigit(next >> shift & 15, 16));
            }
        }
        out.append('"');
    }

    /** An object of these fields: names and values in turn. */
    static Map<String, Object> of(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        return fields;
    }
}
