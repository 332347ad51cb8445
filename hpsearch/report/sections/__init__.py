"""The sections of the report, one package a question; a new one has its line in ``registry``."""
