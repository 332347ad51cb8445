"""A study drafted from a look at a table: task, columns, split, and a space that fits."""
