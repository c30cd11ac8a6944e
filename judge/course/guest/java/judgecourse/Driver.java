package judgecourse;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The student's side: it takes requests from standard input, does them with the student's classes, and answers.
 *
 * <p>The student's code shares this process and can do all that the driver can. So nothing here decides anything: what
 * is answered is a value, whoever wrote it.
 */
public final class Driver {
    static final int FRAME_BYTES_MAX = 1 << 20;
    private static final int TEXT_BYTES_MAX = 64 << 10;
    private static final int QUESTIONS_DEEP_MAX = 16;

    private final InputStream in = new BufferedInputStream(new FileInputStream(FileDescriptor.in), 1 << 16);
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private final Thread thread = Thread.currentThread();
    private final Captured printed = new Captured();
    private final Captured errors = new Captured();
    private final Objects objects = new Objects(this);
    private long open; // the id of the innermost request; 0 = none
    private int deep;

    /** Serves until its input is at its end. */
    public static void main(String[] words) throws Exception {
        Driver driver = new Driver();
        System.setIn(new Asked(driver));
        System.setOut(new PrintStream(driver.printed, true, "UTF-8"));
        System.setErr(new PrintStream(driver.errors, true, "UTF-8"));
        while (driver.serve(driver.read())) continue;
        Runtime.getRuntime().halt(0);
    }

    /** Carry out one request; false at the end. */
    private boolean serve(Map<String, Object> request) throws IOException {
        if (request == null) return false;
        long before = open;
        open = (Long) request.get("id");
        Map<String, Object> answer = Json.of("id", open);
        try {
            objects.serve(request, answer);
        } catch (Json.Fault fault) {
            answer.put("raised", objects.raised(new IllegalArgumentException(fault.getMessage())));
        }
        System.out.flush();
        System.err.flush();
        printed.give(answer, "out");
        errors.give(answer, "err");
        write(answer);
        open = before;
        return true;
    }

    /** Ask the tests something while one of their requests is open, and wait for the reply. */
    Map<String, Object> ask(Map<String, Object> question) throws IOException {
        if (Thread.currentThread() != thread || open == 0) throw new IllegalStateException("no test waits for this");
        if (deep >= QUESTIONS_DEEP_MAX) throw new IllegalStateException("calls of the tests go too deep");
        question.put("id", open);
        write(question);
        deep++;
        try {
            while (true) {
                Map<String, Object> next = read();
                if (next == null) Runtime.getRuntime().halt(0);
                if (next.containsKey("reply")) return next;
                serve(next);
            }
        } finally {
            deep--;
        }
    }

    private Map<String, Object> read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) return null;
            line.write(next);
        }
        try {
            return Values.fields(Json.parse(line.toString(StandardCharsets.UTF_8), Integer.MAX_VALUE));
        } catch (Json.Fault fault) {
            throw new IOException(fault);
        }
    }

    private void write(Map<String, Object> frame) throws IOException {
        String text = Json.text(frame) + "\n";
        if (text.length() > FRAME_BYTES_MAX) {
            Throwable reason = new IllegalArgumentException("a value that is too large");
            text = Json.text(Json.of("id", frame.get("id"), "raised", objects.raised(reason))) + "\n";
        }
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** What was printed since the last answer, the beginning of it. */
    private static final class Captured extends OutputStream {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private boolean cut;

        @Override
        public synchronized void write(int one) {
            if (kept.size() < TEXT_BYTES_MAX) kept.write(one);
            else cut = true;
        }

        @Override
        public synchronized void write(byte[] data, int offset, int size) {
            int room = Math.min(size, TEXT_BYTES_MAX - kept.size());
            kept.write(data, offset, room);
            cut |= room < size;
        }

        synchronized void give(Map<String, Object> answer, String name) {
            if (kept.size() == 0) return;
            answer.put(name, kept.toString(StandardCharsets.UTF_8) + (cut ? "\u2026" : ""));
            kept.reset();
            cut = false;
        }
    }

    /** Standard input as the test has it. */
    private static final class Asked extends InputStream {
        private final Driver driver;
        private String waiting = "";
        private int at;

        Asked(Driver driver) {
            this.driver = driver;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] data, int offset, int size) throws IOException {
            if (size == 0) return 0;
            if (at == waiting.length()) {
                if (Thread.currentThread() != driver.thread || driver.open == 0) return -1;
                Object reply = driver.ask(Json.of("ask", "read", "size", (long) Math.min(size, 8192))).get("ok");
                waiting = reply instanceof String ? (String) reply : "";
                at = 0;
            }
            int count = Math.min(size, waiting.length() - at);
            for (int i = 0; i < count; i++) data[offset + i] = (byte) waiting.charAt(at++);
            return count == 0 ? -1 : count;
        }

        @Override
        public int available() {
            return waiting.length() - at;
        }
    }

    /** The names of the student's files in a stack trace, innermost first. */
    static List<Object> trace(Throwable error) {
        List<Object> places = new ArrayList<>();
        for (StackTraceElement one : error.getStackTrace()) {
            if (one.getClassName().startsWith("judgecourse.") || places.size() >= 20) break;
            places.add(one.toString());
        }
        return places;
    }
}
