"""A small invented world, three outlets in three languages, to see the whole chain without a network."""
