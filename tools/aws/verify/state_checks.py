"""Check of the definition, one state at a time and without an execution (TestState).

A mocked result has the form of an execution, in which the payload of a function is JSON. The API
model of Lambda has a text there, so the results are not validated against it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from statemachine.mock_cases import MockCase, mock_cases
from tools.aws.verify.stack import CheckFailed, Stack, require

_TOKEN = json.dumps({"Task": {"Token": "verify-aws"}})
State = Mapping[str, Any]
Answer = Mapping[str, Any]


def mock_cases_take_their_paths(stack: Stack) -> str:
    """TestState runs each state of the deployed definition with the mocked responses of the cases
    in `statemachine/mocks`: retries, caught errors and next states lead along the case's path.
    """
    states = stack.client("stepfunctions")
    machine = states.describe_state_machine(stateMachineArn=stack.outputs["StateMachineArn"])
    cases, tested = mock_cases(), MockedStates(states, json.loads(machine["definition"]))
    for case in cases:
        tested.require_path(case)
    return f"{len(cases)} cases, {len(tested.answers)} tests of states"


@dataclass(frozen=True, slots=True)
class MockedStates:
    """Runs the states of a definition with TestState; equal requests are sent once. `states` is a
    client of Step Functions.
    """

    states: Any
    definition: Mapping[str, Any]
    answers: dict[str, Answer] = field(default_factory=dict)

    def require_path(self, case: MockCase) -> None:
        """Raise CheckFailed unless the case takes its path to its end."""
        path: list[str] = []
        name, data = self.definition["StartAt"], case.input
        while name is not None and len(path) <= len(case.path):
            state = self.definition["States"].get(name)
            require(state is not None, f"{case.name}: the definition has no state {name}")
            path.append(name)
            answer = self._run(name, state, data, case)
            if answer["status"] == "FAILED" and state["Type"] != "Fail":
                raise CheckFailed(f"{case.name}: {name} fails: {answer['error']}")
            name, data = answer.get("nextState"), json.loads(answer.get("output", "{}"))
        wanted = list(case.path)
        require(path == wanted, f"{case.name} takes the path {path} and not {wanted}")

    def _run(self, name: str, state: State, data: Any, case: MockCase) -> Answer:
        if state["Type"] == "Task":
            return self._run_task(name, state, data, case)
        if state["Type"] == "Parallel":
            return self._run_branches(state, data, case)
        return self._test(state, data)

    def _run_task(self, name: str, state: State, data: Any, case: MockCase) -> Answer:
        """The answer of the last attempt: TestState says whether an error is retried."""
        token = {"context": _TOKEN} if state["Resource"].endswith(".waitForTaskToken") else {}
        for attempt, response in enumerate(case.responses.get(name, ())):
            sent = {"stateConfiguration": {"retrierRetryCount": attempt}} if attempt else {}
            answer = self._test(state, data, mock=_mock(response), **sent, **token)
            if answer["status"] != "RETRIABLE":
                return answer
        raise CheckFailed(f"{case.name}: {name} runs once more than it has responses")

    def _run_branches(self, state: State, data: Any, case: MockCase) -> Answer:
        """Run each branch; the Parallel state then gets their outputs, or the error of one."""
        outputs = []
        for branch in state["Branches"]:
            name, found = branch["StartAt"], data
            while name is not None:
                answer = self._run(name, branch["States"][name], found, case)
                if answer["status"] == "FAILED":
                    error = {"error": answer["error"], "cause": answer.get("cause", "")}
                    cause = {"errorCausedByState": name}
                    return self._test(
                        state, data, mock={"errorOutput": error}, stateConfiguration=cause
                    )
                name, found = answer.get("nextState"), json.loads(answer["output"])
            outputs.append(found)
        return self._test(state, data, mock={"result": json.dumps(outputs)})

    def _test(self, state: State, data: Any, **sent: Any) -> Answer:
        request = {"definition": json.dumps(state), "input": json.dumps(data), **sent}
        key = json.dumps(request, sort_keys=True)
        if key not in self.answers:
            self.answers[key] = self.states.test_state(**request)
        return self.answers[key]


def _mock(response: Mapping[str, Any]) -> dict[str, Any]:
    if "Throw" in response:
        error = response["Throw"]
        return {"errorOutput": {"error": error["Error"], "cause": error["Cause"]}}
    return {"result": json.dumps(response["Return"]), "fieldValidationMode": "NONE"}
