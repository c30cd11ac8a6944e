import java.util.ArrayList;
import java.util.List;

public class Account implements Comparable<Account> {
    public static final long MOST = 1000;

    int changes;
    private final String owner;
    private final Kind kind;
    private final List<Long> history = new ArrayList<>();
    private long balance;

    public Account(String owner) {
        this(owner, Kind.GIRO);
    }

    public Account(String owner, Kind kind) {
        this.owner = owner;
        this.kind = kind;
    }

    public void deposit(long amount) {
        change(amount);
    }

    public void withdraw(long amount) throws Overdrawn {
        if (amount > balance) throw new Overdrawn(amount - balance);
        change(-amount);
    }

    private void change(long amount) {
        balance += amount;
        changes++;
        history.add(amount);
    }

    public long balance() {
        return balance;
    }

    public Kind kind() {
        return kind;
    }

    public List<Long> history() {
        return new ArrayList<>(history);
    }

    public static void sort(Account[] accounts) {
        // not done
    }

    public void printTo(StringBuilder out) {
        out.append(owner).append(": ").append(balance);
        System.out.println(owner);
    }

    @Override
    public int compareTo(Account other) {
        return Long.compare(balance, other.balance);
    }

    @Override
    public String toString() {
        return owner + " has " + balance;
    }
}
