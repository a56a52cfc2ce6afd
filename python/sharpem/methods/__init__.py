"""One file per way to choose a filter. Each answers with a :class:`sharpem.choice.Choice`."""
