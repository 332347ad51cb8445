"""What leaves a study: TensorBoard's HParams, figures, and the report in three formats."""
