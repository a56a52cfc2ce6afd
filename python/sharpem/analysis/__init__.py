"""What one map says of itself: its molecule, its noise, its overall B and its symmetry."""
