"""How fast sharpem is beside other programs: ratios of times taken in turn, in one run."""
