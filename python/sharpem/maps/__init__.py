"""Maps, models and masks as values: where they stand, what they hold, what is odd about them."""
