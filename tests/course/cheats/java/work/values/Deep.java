// error: lists in lists
import java.util.ArrayList;
import java.util.List;

class Deep {
    static Object answer() throws Exception {
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) all = new ArrayList<>(List.of(all));
        return all;
    }
}
