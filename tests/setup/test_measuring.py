"""Where coverage rests, every measurement of it does."""

from contextlib import ExitStack

from coverage import Coverage

from tests.support.measuring import without_coverage


def test_every_measurement_rests_and_goes_on_afterwards() -> None:
    with without_coverage(), ExitStack() as own:
        measurements = [Coverage(data_file=None) for _ in range(2)]
        for measurement in measurements:
            measurement.start()
            own.callback(measurement.stop)

        with without_coverage():
            meanwhile = Coverage.current()

        assert meanwhile is None
        assert Coverage.current() is measurements[-1]
