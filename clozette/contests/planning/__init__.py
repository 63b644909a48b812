"""Planning a contest: its life, its official rules, its prizes."""
