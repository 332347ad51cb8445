"""The layers' forward and backward passes under XLA, one file a kind, written out.

XLA makes half as many loops of these as of the gradient that TensorFlow's tape derives, so they
compile in half the time; and each sum over rows stands in a form that it runs fast.
"""
