"""Pure functions of arrays: intervals, resampling, calibration."""
