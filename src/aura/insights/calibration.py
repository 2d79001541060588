"""From the model's evidence to a probability that holds: how often such claims turned out true.

The model looks at many windows and speaks on the loudest, so its own probability is too high. This
was fitted by logistic regression on tuning seeds of benchmarks/insights, over all generators and
noises, and set between that fit and what further tuning seeds gave (the part by noise by those
alone); `make bench-insights` checks it on other seeds.
"""

from __future__ import annotations

import math

# log-odds of a claim that is just made, by the logarithm of its evidence, by noise beyond the usual
_BASE = 2.2
_BY_EVIDENCE = 1.1
_JUST_MADE = 6.0
_BY_NOISE = 5.5
_USUAL_NOISE = 0.12
# of what only goes on, with as much evidence, less is true: some of it has just ended
_BY_STANDING = 0.8


def calibrated(surprise: float, day_noise: float, *, only_goes_on: bool = False) -> float:
    """The share of such claims that are true.

    Args:
        surprise: by how much (logarithm of likelihood) a change explains the counts better.
        day_noise: relative standard deviation of the brand's days beyond chance.
        only_goes_on: whether it would not be said anew.
    """
    evidence = _BY_EVIDENCE * math.log(max(surprise, 1.0) / _JUST_MADE)
    noise = _BY_NOISE * max(day_noise - _USUAL_NOISE, 0.0)
    standing = _BY_STANDING * only_goes_on
    return 1.0 / (1.0 + math.exp(-(_BASE + evidence - noise - standing)))
