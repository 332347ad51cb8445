"""Tables in files: CSV in any dialect, Parquet and NumPy archives, read by DuckDB."""
