TEXT ·start(SB), 0, $0
	RET
