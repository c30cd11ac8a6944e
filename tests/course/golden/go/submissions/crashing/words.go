package words

func Count(text string) map[string]int { panic("no") }

func Longest(text string) string { return text[1000:] }
