"""A synthesised stack as data: its resources by type and name, references made readable."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Resource = Mapping[str, Any]
Statement = tuple[str, str]
"""An action, and the resource it is granted on."""


@dataclass(frozen=True)
class Template:
    """One stack's CloudFormation template, and the cloud assembly it is part of."""

    directory: Path
    stack_name: str

    @cached_property
    def body(self) -> dict[str, Any]:
        """The template itself."""
        text = (self.directory / f"{self.stack_name}.template.json").read_text()
        body: dict[str, Any] = json.loads(text)
        return body

    @property
    def resources(self) -> dict[str, Resource]:
        """All resources by logical id."""
        resources: dict[str, Resource] = self.body["Resources"]
        return resources

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Resources of a type (`Lambda::Function`) by logical id."""
        return {i: r for i, r in self.resources.items() if r["Type"] == f"AWS::{kind}"}

    def properties(self, kind: str) -> list[Mapping[str, Any]]:
        """The properties of all resources of a type."""
        return [resource["Properties"] for resource in self.of_type(kind).values()]

    def properties_of(self, logical_id: str) -> Mapping[str, Any]:
        """The properties of one resource."""
        properties: Mapping[str, Any] = self.resources[logical_id].get("Properties", {})
        return properties

    def only(self, kind: str) -> Resource:
        """The one resource of a type."""
        (resource,) = self.of_type(kind).values()
        return resource

    def functions(self) -> dict[str, Mapping[str, Any]]:
        """Properties of the Lambda functions by their name without the stack's."""
        return {
            properties["FunctionName"].removeprefix(f"{self.stack_name}-"): properties
            for properties in self.properties("Lambda::Function")
        }

    def package(self, code: Mapping[str, Any]) -> Path:
        """The folder that is uploaded as the code of a function or the content of a layer."""
        return self.directory / f"asset.{code['S3Key'].removesuffix('.zip')}"

    def granted_to(self, role: Mapping[str, Any] | str) -> set[Statement]:
        """What the policies of a role (its id, or a reference to it) allow."""
        role_id = role if isinstance(role, str) else role["Fn::GetAtt"][0]
        return {
            (action, text(resource))
            for statement in self.statements(role_id)
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }

    def statements(self, role_id: str) -> Iterator[Mapping[str, Any]]:
        """The statements of all policies of a role."""
        for policy in self.properties("IAM::Policy"):
            if {"Ref": role_id} in policy["Roles"]:
                yield from policy["PolicyDocument"]["Statement"]


def text(value: Any) -> str:
    """A reference or joined text, readable: `<TablesOrders>/index/open`, `<Region>`; of a part of
    another text, that text: `<StackId>`.
    """
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return str(argument[0].join(text(part) for part in argument[1]))
    if function in ("Fn::Select", "Fn::Split"):
        return text(argument[1])
    name = argument if isinstance(argument, str) else argument[0]
    return f"<{_readable(name)}>"


def _readable(logical_id: str) -> str:
    """Without the hash that CDK appends, or the namespace of a pseudo parameter."""
    return logical_id.removeprefix("AWS::") if "::" in logical_id else logical_id[:-8]


def listed(value: Any) -> list[Any]:
    """A value that policies write alone or in a list."""
    return value if isinstance(value, list) else [value]
