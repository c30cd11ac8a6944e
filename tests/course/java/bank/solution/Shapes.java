package shapes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.function.Function;

public final class Shapes {
    public interface Shape {
        double area();

        default String shown() {
            return getClass().getSimpleName() + " of " + area();
        }
    }

    public abstract static class Figure implements Shape {
        protected String name = "none";

        public abstract int corners();

        public String name() {
            return name;
        }
    }

    public static class Square extends Figure {
        private final double side;

        public Square(double side) {
            this.side = side;
            this.name = "square";
        }

        @Override
        public double area() {
            return side * side;
        }

        @Override
        public int corners() {
            return 4;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Square && ((Square) other).side == side;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(side);
        }
    }

    public record Point(int x, int y) {
        public Point {
            if (x < 0) throw new IllegalArgumentException("x");
        }
    }

    public static class Box<T extends Comparable<T>> implements Iterable<T> {
        private final List<T> items = new ArrayList<>();

        public Box<T> add(T item) {
            items.add(item);
            return this;
        }

        public <R> List<R> map(Function<? super T, ? extends R> function) {
            List<R> found = new ArrayList<>();
            for (T item : items) found.add(function.apply(item));
            return found;
        }

        @Override
        public Iterator<T> iterator() {
            return items.iterator();
        }
    }

    public static int made;
    public static final int LIMIT = 7;

    private Shapes() {}

    public static Shape hidden() {
        return () -> 2.5;
    }

    public static Figure named() {
        made++;
        return new Square(3);
    }

    public static void sort(List<Shape> shapes, Comparator<Shape> order) {
        shapes.sort(order);
    }

    public static void reverse(int[] numbers) {
        for (int i = 0, j = numbers.length - 1; i < j; i++, j--) {
            int one = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = one;
        }
    }

    public static Map<String, List<Integer>> lengths(String... words) {
        Map<String, List<Integer>> found = new TreeMap<>();
        for (String word : words) found.computeIfAbsent(word, key -> new ArrayList<>()).add(word.length());
        return found;
    }

    public static Optional<Character> first(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text.charAt(0));
    }

    public static long ask() {
        System.out.print("number? ");
        return new Scanner(System.in).nextLong();
    }

    public static void fail() throws IOException {
        throw new IOException("no disk");
    }

    public static List<Integer> fixed() {
        return List.of(1, 2);
    }
}
