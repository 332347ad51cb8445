"""What came out: the first part of every report, made of the values of all sections."""
