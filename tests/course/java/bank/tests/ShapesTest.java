package shapes;

import static org.junit.jupiter.api.Assertions.*;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shapes.Shapes.*;

class ShapesTest {
    @Test
    void interfaces() {
        Shape shape = Shapes.hidden();
        assertEquals(2.5, shape.area());
        assertTrue(shape.shown().endsWith(" of 2.5"));
    }

    @Test
    void abstract_classes() {
        Figure found = Shapes.named();
        assertInstanceOf(Square.class, found);
        assertEquals(4, found.corners());
        assertEquals("square", found.name());
        assertEquals("square", found.name);
    }

    @Test
    void equality() {
        assertEquals(new Square(2), new Square(2));
        assertNotEquals(new Square(2), new Square(3));
        assertEquals(new Square(2).hashCode(), new Square(2).hashCode());
        assertNotEquals(null, new Square(2));
    }

    @Test
    void records() {
        assertEquals(3, new Point(3, 4).x());
        assertEquals(new Point(1, 2), new Point(1, 2));
        assertEquals("Point[x=1, y=2]", new Point(1, 2).toString());
        assertThrows(IllegalArgumentException.class, () -> new Point(-1, 0));
    }

    @Test
    void generics_and_lambdas() {
        Box<String> box = new Box<String>().add("a").add("bc");
        assertEquals(List.of(1, 2), box.map(String::length));
        List<String> all = new ArrayList<>();
        for (String one : box) all.add(one);
        assertEquals(List.of("a", "bc"), all);
        assertThrows(IllegalStateException.class, () -> box.map(one -> { throw new IllegalStateException(one); }));
    }

    @Test
    void changed_arguments() {
        List<Shape> shapes = new ArrayList<>(List.of(new Square(3), new Square(1)));
        Shape first = shapes.get(0);
        Shapes.sort(shapes, Comparator.comparingDouble(Shape::area));
        assertSame(first, shapes.get(1));
        int[] numbers = {1, 2, 3};
        Shapes.reverse(numbers);
        assertArrayEquals(new int[] {3, 2, 1}, numbers);
    }

    @Test
    void own_shapes() {
        Shape own = () -> 9;
        List<Shape> shapes = new ArrayList<>(List.of(own, new Square(1)));
        Shapes.sort(shapes, (a, b) -> Double.compare(a.area(), b.area()));
        assertSame(own, shapes.get(1));
    }

    @Test
    void collections() {
        assertEquals(Map.of("a", List.of(1, 1), "bc", List.of(2)), Shapes.lengths("a", "bc", "a"));
        assertEquals(Optional.of('x'), Shapes.first("xy"));
        assertEquals(Optional.empty(), Shapes.first(""));
        assertThrows(UnsupportedOperationException.class, () -> Shapes.fixed().add(3));
    }

    @Test
    void input_and_output() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream("12 \n".getBytes()));
        System.setOut(new PrintStream(printed));
        assertEquals(12L, Shapes.ask());
        assertEquals("number? ", printed.toString());
    }

    @Test
    void checked_exceptions() {
        assertEquals("no disk", assertThrows(IOException.class, Shapes::fail).getMessage());
    }

    @Test
    void fields_are_new_in_each_test_1() {
        Shapes.named();
        assertEquals(1, Shapes.made);
        Shapes.made += 5;
        assertEquals(6, Shapes.made);
        assertEquals(7, Shapes.LIMIT);
    }

    @Test
    void fields_are_new_in_each_test_2() {
        Shapes.named();
        assertEquals(1, Shapes.made);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({"a,1", "bc,2"})
    void parts(String word, int length) {
        assertEquals(List.of(length), Shapes.lengths(word).get(word));
    }

    @Test
    void caught() {
        try {
            Shapes.named();
        } catch (Throwable any) {
            // a test that takes everything
        }
    }

    @Test
    void ends() {
        if (Shapes.LIMIT != 7) Runtime.getRuntime().halt(0);
    }

    @Test
    @Disabled("later")
    void skipped() {}

    @Test
    void assumed() {
        Assumptions.assumeTrue(Shapes.made > 0);
    }
}
