"""Agreement of maps with a model. No method that works without a model may look here."""
