package judgecourse;

import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The director of judge programs, whose protocol is docs/reference/judge-program-protocol.md. */
final class Director {
    private static final int CALL_FD = 3;

    /** A call that the director did not carry out. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** An answer with its payload. */
    static final class Answer {
        final Map<String, Object> fields;
        final byte[] payload;

        Answer(Map<String, Object> fields, byte[] payload) {
            this.fields = fields;
            this.payload = payload;
        }
    }

    private final DataInputStream in;
    private final OutputStream out;

    Director() throws ReflectiveOperationException {
        FileDescriptor descriptor = opened(CALL_FD);
        in = new DataInputStream(new FileInputStream(descriptor));
        out = new FileOutputStream(descriptor);
    }

    /**
     * A descriptor that the program was given. Java has no call for it, and a path of /proc does not open a socket: the
     * number is written into an object that has none.
     */
    private static FileDescriptor opened(int number) throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field only = type.getDeclaredField("theUnsafe");
        only.setAccessible(true);
        FileDescriptor descriptor = new FileDescriptor();
        long place = (Long) type.getMethod("objectFieldOffset", Field.class)
                .invoke(only.get(null), FileDescriptor.class.getDeclaredField("fd"));
        type.getMethod("putInt", Object.class, long.class, int.class).invoke(only.get(null), descriptor, place, number);
        return descriptor;
    }

    /** A call with an answer. Throws Refused, and IOException when the director is gone. */
    synchronized Answer call(Map<String, Object> call, byte[] payload) throws IOException {
        tell(call, payload);
        byte[] head = new byte[8];
        in.readFully(head);
        ByteBuffer sizes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        byte[] json = new byte[sizes.getInt()];
        byte[] more = new byte[sizes.getInt()];
        in.readFully(json);
        in.readFully(more);
        try {
            Map<String, Object> fields =
                    Values.fields(Json.parse(new String(json, StandardCharsets.UTF_8), Integer.MAX_VALUE));
            if ("refused".equals(fields.get("answer"))) throw new Refused(String.valueOf(fields.get("message")));
            return new Answer(fields, more);
        } catch (Json.Fault fault) {
            throw new IOException(fault);
        }
    }

    /** A call without an answer. */
    synchronized void tell(Map<String, Object> call, byte[] payload) throws IOException {
        byte[] json = Json.text(call).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer frame = ByteBuffer.allocate(8 + json.length + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(json.length).putInt(payload.length).put(json).put(payload);
        out.write(frame.array());
    }

    /** The bytes behind a handle. */
    byte[] fetch(Object data) throws IOException {
        try {
            return call(Json.of("call", "fetch", "handle", Values.fields(data).get("handle")), new byte[0]).payload;
        } catch (Json.Fault fault) {
            throw new IOException(fault);
        }
    }
}
