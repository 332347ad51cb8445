"""The command line: parse, call, print; heavy packages are imported inside the commands."""
