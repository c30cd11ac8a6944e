package words

func Count(text string) map[string]int { return map[string]int{text: 1} }

func Longest(text string) string { return text }
