import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountTest {
    private Account account;

    @BeforeEach
    void open() {
        account = new Account("Ada");
    }

    @Test
    @DisplayName("A new account is empty")
    void begins_empty() {
        assertEquals(0, account.balance());
        assertEquals(List.of(), account.history());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5, 1000})
    void deposit(long amount) {
        account.deposit(amount);
        assertEquals(amount, account.balance());
    }

    @Test
    void deposit_refuses() {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> account.deposit(-1));
        assertEquals("an amount of -1", error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> account.deposit(Account.MOST + 1));
    }

    @Test
    void kinds() {
        assertSame(Kind.GIRO, account.kind());
        assertEquals(Kind.SAVINGS, new Account("Ada", Kind.SAVINGS).kind());
    }

    @Nested
    class WithMoney {
        @BeforeEach
        void fill() {
            account.deposit(7);
        }

        @Test
        void withdraw() throws Overdrawn {
            account.withdraw(3);
            assertEquals(4, account.balance());
            assertEquals(List.of(7L, -3L), account.history());
            assertEquals(2, account.changes);
        }

        @Test
        void withdraw_too_much() {
            Overdrawn error = assertThrows(Overdrawn.class, () -> account.withdraw(9));
            assertEquals(2, error.lacking());
            assertEquals("2 are lacking", error.getMessage());
            assertEquals(7, account.balance());
        }

        @Test
        void shown() {
            assertEquals("Ada has 7", account.toString());
            StringBuilder out = new StringBuilder();
            PrintStream before = System.out;
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            System.setOut(new PrintStream(printed));
            account.printTo(out);
            System.setOut(before);
            assertEquals("Ada: 7", out.toString());
            assertEquals("Ada\n", printed.toString());
        }
    }

    @Test
    void sorted() {
        Account rich = new Account("Eve");
        rich.deposit(5);
        Account[] all = {rich, account};
        assertTimeout(Duration.ofSeconds(60), () -> Account.sort(all));
        assertArrayEquals(new Account[] {account, rich}, all);
    }
}
