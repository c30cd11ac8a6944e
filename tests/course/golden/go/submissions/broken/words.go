package words

func Count(text string) map[string]int { return nothing }
