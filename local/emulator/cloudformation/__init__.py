"""CloudFormation resource types that MiniStack does not support."""

from typing import Any


def install() -> None:
    """Register them in MiniStack's table of resource types, once that is loaded.

    MiniStack loads its CloudFormation on the first request for it; loading it earlier would cost
    every start of the emulator more than a second.
    """
    from ministack import app

    stock_get_module = app._get_module

    def get_module(name: str) -> Any:
        module = stock_get_module(name)
        if name == "cloudformation":
            app._get_module = stock_get_module
            _register()
        return module

    app._get_module = get_module


def _register() -> None:
    from local.emulator.cloudformation import aliases, versions
    from local.emulator.cloudformation.calls import provisioners

    provisioners._RESOURCE_HANDLERS.update(
        {
            "AWS::StepFunctions::StateMachineVersion": {
                "create": versions.create,
                "update": versions.update,
                "delete": versions.delete,
            },
            "AWS::StepFunctions::StateMachineAlias": {
                "create": aliases.create,
                "update": aliases.update,
                "update_with_logical_id": True,
                "delete": aliases.delete,
            },
        }
    )
