"""What a user would write, with the packages' defaults where the study says nothing."""
