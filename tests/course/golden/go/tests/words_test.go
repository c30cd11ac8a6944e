package words

import "testing"

func TestEmpty(t *testing.T) {
	if got := len(Count("")); got != 0 {
		t.Errorf("an empty text has no words, not %d", got)
	}
}

func TestCounts(t *testing.T) {
	counts := Count("to be or not to be")
	for word, want := range map[string]int{"to": 2, "be": 2, "or": 1, "not": 1} {
		if counts[word] != want {
			t.Errorf("%s: want %d, got %d", word, want, counts[word])
		}
	}
}

func TestLongest(t *testing.T) {
	cases := []struct{ text, want string }{{"a bb ccc", "ccc"}, {"aa bb", "aa"}, {"", ""}}
	for _, one := range cases {
		t.Run(one.text, func(t *testing.T) {
			if got := Longest(one.text); got != one.want {
				t.Errorf("want %q, got %q", one.want, got)
			}
		})
	}
}
