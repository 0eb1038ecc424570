"""The weights of a line's features. Fitted, not written: `python -m tests.quality._fit_lines` prints this table."""

THRESHOLD = 0.5

WEIGHTS = {
    "bias": -3.00,
    "either": 0.36,
    "first_trusted": 2.37,
    "second_trust": -1.69,
    "second_mass": 1.72,
    "around": 1.14,
    "after_kept": 1.11,
    "container": 1.01,
    "length": -0.19,
    "short": -0.95,
    "long": 1.07,
    "linked": -1.12,
    "linked_long": -1.99,
    "linked_before": -1.03,
    "sentence": 0.87,
    "commas": 0.53,
    "digits": -1.55,
    "paragraph": -0.11,
    "heading": 1.02,
    "item": 0.75,
    "foreign": -0.89,
    "own": 0.58,
    "far": -1.20,
    "above_headline": -1.39,
    "below_headline": 0.29,
    "behind_tail": -0.90,
    "summary": 1.35,
}
