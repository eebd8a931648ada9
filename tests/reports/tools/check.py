"""Reads exported files with the tools that they are meant for, and compares with the numbers of the report.

    check.py available                       exit status 0 if every package is there
    check.py marl-eval FOLDER EXPECTED       marl-eval's checker, bounds and matrices
    check.py rliable FOLDER EXPECTED         rliable's point estimates, intervals, profiles and improvement
    check.py tensorboard FOLDER EXPECTED     tensorboard's event reader

EXPECTED is a JSON file of the test. An assertion that fails is the exit status.
"""

import copy
import json
import os
import sys


def close(value, expected, tolerance=1e-12):
    assert abs(value - expected) <= tolerance * max(1.0, abs(expected)), (value, expected)


def check_marl_eval(folder, expected):
    import numpy as np
    from marl_eval.utils.data_processing_utils import create_matrices_for_rliable, data_process_pipeline
    from marl_eval.utils.diagnose_data_errors import DiagnoseData

    with open(os.path.join(folder, "metrics.json")) as file:
        raw = json.load(file)
    for environment, verdict in DiagnoseData(copy.deepcopy(raw)).check_data().items():
        assert all(verdict.values()), (environment, verdict)
    processed = data_process_pipeline(copy.deepcopy(raw), ["return"])
    intervals = processed["extra"]["evaluation_interval"]
    assert set(intervals.values()) == {expected["interval"]}, intervals
    matrices, curves = create_matrices_for_rliable(processed, expected["environment"], ["return"])
    for algorithm, rows in expected["absolute"].items():
        matrix = matrices["mean_norm_return"][algorithm.lower()]
        assert matrix.shape == np.shape(rows), matrix.shape
        for value, want in zip(matrix.flatten(), np.array(rows).flatten()):
            close(value, want)
        assert curves["mean_norm_return"][algorithm.lower()].shape[-1] == expected["evaluations"]


def close_interval(interval, expected):
    # Both are Monte-Carlo estimates of the same quantiles. The standard error of a 2.5 % quantile of 5,000 replicates is
    # about 0.04 standard deviations, of which an interval is about four wide: this allows four standard errors.
    width = expected[1] - expected[0]
    for value, want in zip(interval, expected):
        assert abs(value - want) <= 0.04 * width, (interval, expected)


def check_rliable(folder, expected):
    import numpy as np
    from rliable import library, metrics

    np.random.seed(0)
    scores = {}
    for algorithm in expected["algorithms"]:
        scores[algorithm] = np.load(os.path.join(folder, expected["score"], algorithm + ".npy"))
        assert scores[algorithm].flags["C_CONTIGUOUS"] and scores[algorithm].dtype == np.float64

    def aggregate(x):
        return np.array([metrics.aggregate_median(x), metrics.aggregate_iqm(x), metrics.aggregate_mean(x),
                         metrics.aggregate_optimality_gap(x)])

    points, intervals = library.get_interval_estimates(scores, aggregate, reps=5000)
    for algorithm, metrics_of in expected["algorithms"].items():
        for index, name in enumerate(["median", "iqm", "mean", "gap"]):
            close(points[algorithm][index], metrics_of[name]["value"])
            close_interval(intervals[algorithm][:, index], metrics_of[name]["interval"])

    thresholds = np.array(expected["thresholds"])
    profiles, bands = library.create_performance_profile(scores, thresholds, reps=500)
    for algorithm, profile in expected["profiles"].items():
        for value, want in zip(profiles[algorithm], profile["fraction"]):
            close(value, want)
        # A band is a multiple of one run's weight: neighbours differ by that much.
        step = 1.5 / scores[algorithm].size
        assert np.max(np.abs(bands[algorithm][0] - profile["low"])) <= step
        assert np.max(np.abs(bands[algorithm][1] - profile["high"])) <= step

    for index, pair in enumerate(expected["improvements"]):
        x, y = scores[pair["x"]], scores[pair["y"]]
        # Normalised scores order as raw ones where there are no ties, and these have none.
        close(metrics.probability_of_improvement(x, y), pair["value"])
        if index > 0:
            continue  # rliable takes seconds for each interval
        _, interval = library.get_interval_estimates({"p": [x, y]}, metrics.probability_of_improvement, reps=500)
        assert np.max(np.abs(interval["p"].flatten() - pair["interval"])) <= 0.03, (interval, pair)

    for algorithm in expected["algorithms"]:
        curves = np.load(os.path.join(folder, "curves", algorithm + ".npy"))
        iqm = [metrics.aggregate_iqm(curves[..., k]) for k in range(curves.shape[-1])]
        for value, want in zip(iqm, expected["curves"][algorithm]):
            close(value, want)


def check_tensorboard(folder, expected):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(folder)
    events.Reload()
    assert sorted(events.Tags()["scalars"]) == sorted(expected), events.Tags()
    for tag, points in expected.items():
        read = [[event.step, event.value] for event in events.Scalars(tag)]
        assert read == points, (tag, read, points)


def main():
    if sys.argv[1] == "available":
        import marl_eval.utils.data_processing_utils  # noqa: F401
        import rliable.library  # noqa: F401
        import tensorboard.backend.event_processing.event_accumulator  # noqa: F401
        return
    checks = {"marl-eval": check_marl_eval, "rliable": check_rliable, "tensorboard": check_tensorboard}
    with open(sys.argv[3]) as file:
        checks[sys.argv[1]](sys.argv[2], json.load(file))


main()
