package words

func Count(text string) map[string]int {
	for {
	}
}

func Longest(text string) string { select {} }
