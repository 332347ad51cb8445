"""Networks and recipes as values: what is trained, without a framework that trains it."""
