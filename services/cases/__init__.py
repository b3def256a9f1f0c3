"""办件: taken in, decided, delivered, searched and tracked."""
