"""How the study is repeated: its rows, its file, and the versions it ran with."""
