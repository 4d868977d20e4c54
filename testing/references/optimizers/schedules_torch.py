"""Learning rates of PyTorch's schedulers, for packages/optimizers.

    python testing/references/optimizers/schedules_torch.py
"""

import json
import pathlib

import torch
from torch.optim import lr_scheduler

COUNT = 25


def rates(make, initial):
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=initial)
    scheduler = make(optimizer)
    values = []
    for _ in range(COUNT):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


fixture = {
    "made": f"torch {torch.__version__.split('+')[0]}",
    "ExponentialLR": rates(lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9), 0.1),
    "StepLR": rates(lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.5), 0.1),
    "MultiStepLR": rates(lambda o: lr_scheduler.MultiStepLR(o, milestones=[4, 10], gamma=0.1), 0.1),
    "CosineAnnealingLR": rates(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=24, eta_min=0.01), 0.1),
    "CosineAnnealingWarmRestarts": rates(
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.01), 0.1
    ),
    "CosineAnnealingWarmRestartsEven": rates(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=4), 0.1),
    "CyclicTriangular": rates(
        lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=3, step_size_down=5, cycle_momentum=False), 0.1
    ),
    "CyclicTriangular2": rates(
        lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=3, mode="triangular2", cycle_momentum=False), 0.1
    ),
    "CyclicExponential": rates(
        lambda o: lr_scheduler.CyclicLR(
            o, 0.01, 0.1, step_size_up=3, mode="exp_range", gamma=0.9, cycle_momentum=False
        ),
        0.1,
    ),
    "OneCycleLR": rates(lambda o: lr_scheduler.OneCycleLR(o, 0.1, total_steps=COUNT + 1, cycle_momentum=False), 0.1),
    "OneCycleThreePhases": rates(
        lambda o: lr_scheduler.OneCycleLR(
            o,
            0.1,
            total_steps=COUNT + 1,
            pct_start=0.4,
            anneal_strategy="linear",
            div_factor=10,
            final_div_factor=100,
            three_phase=True,
            cycle_momentum=False,
        ),
        0.1,
    ),
    "PolynomialLR": rates(lambda o: lr_scheduler.PolynomialLR(o, total_iters=20, power=2), 0.1),
    "SequentialLR": rates(
        lambda o: lr_scheduler.SequentialLR(
            o,
            [
                lr_scheduler.ConstantLR(o, factor=0.5, total_iters=100),
                lr_scheduler.ExponentialLR(o, gamma=0.9),
                lr_scheduler.StepLR(o, step_size=3, gamma=0.5),
            ],
            milestones=[4, 12],
        ),
        0.1,
    ),
    "LinearLR": rates(lambda o: lr_scheduler.LinearLR(o, start_factor=1 / 5, total_iters=4), 0.1),
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, indent=1) + "\n")
print(target.name, target.stat().st_size, "bytes")
