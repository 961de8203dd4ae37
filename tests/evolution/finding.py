"""A finding of the replay gate: where a recorded execution no longer takes its recorded path."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`field` is a path in the state's data, a field of a payload, a field of the state's
    definition, or the name of an error. `recorded` names one execution that shows it.
    """

    state: str
    field: str
    problem: str
    recorded: str = dataclasses.field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.state}, {self.field}: {self.problem} ({self.recorded})"
