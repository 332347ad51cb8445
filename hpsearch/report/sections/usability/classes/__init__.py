"""What decisions among several classes are worth: confusion, recall, precision, confidence."""
