import java.util.Scanner;

public class grader {
    public static void main(String[] args) {
        System.out.println(twice.twice(new Scanner(System.in).nextInt()));
    }
}
