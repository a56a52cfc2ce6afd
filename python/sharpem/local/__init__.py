"""Local sharpening: one choice per box, one smooth field of filters (section 2.7 of the paper)."""
