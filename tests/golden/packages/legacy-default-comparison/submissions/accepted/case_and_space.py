print("  hELLO\tworld 42  ")
