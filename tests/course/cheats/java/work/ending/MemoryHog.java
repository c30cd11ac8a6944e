// error: all memory
import java.util.ArrayList;
import java.util.List;

class MemoryHog {
    static Object answer() throws Exception {
        List<long[]> all = new ArrayList<>();
        while (true) all.add(new long[1 << 20]);
    }
}
