"""UCI's HIGGS: its columns, a local file of it, and its first rows fetched and cached."""
