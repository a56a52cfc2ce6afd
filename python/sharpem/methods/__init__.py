"""One file per way to choose a filter; each answers with a `Choice`."""
