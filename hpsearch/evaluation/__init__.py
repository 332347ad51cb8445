"""What is trained and measured after the search: seeds, ablations, baselines, the test."""
