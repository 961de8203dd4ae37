"""What all roles have in common. `test_granted_calls.py` compares each with its calls."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.infrastructure.template import Template


def statements(template: Template, action: str) -> Iterator[Mapping[str, Any]]:
    """The statements of all roles that allow an action."""
    for policy in template.properties("IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            if action in statement["Action"]:
                yield statement


def test_every_function_has_a_separate_role(template: Template) -> None:
    roles = [properties["Role"]["Fn::GetAtt"][0] for properties in template.functions().values()]

    assert len(set(roles)) == len(roles)


def test_no_action_is_a_wildcard_and_no_policy_comes_from_aws(template: Template) -> None:
    for policy in template.properties("IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert "*" not in str(statement["Action"])
    for role in template.properties("IAM::Role"):
        assert not {"ManagedPolicyArns", "Policies"} & role.keys()


def test_no_function_may_manage_users_or_roles_or_delete_what_is_stored(dev: Template) -> None:
    roles = [properties["Role"] for properties in dev.functions().values()]
    actions = {action for role in roles for action, _ in dev.granted_to(role)}

    services = {action.partition(":")[0] for action in actions}
    assert services == {"dynamodb", "events", "logs", "s3", "ses", "sqs", "states", "xray"}
    assert [one for one in actions if "Delete" in one] == ["sqs:DeleteMessage"]


def test_e_mails_are_sent_from_one_address_of_any_verified_identity(
    template: Template,
) -> None:
    """The sandbox checks the recipients' identities, a verified domain its own, a default
    configuration set that set: the resources admit all, the condition one sender.
    """
    variables = [function["Environment"]["Variables"] for function in template.functions().values()]
    senders = [variable["SENDER_EMAIL"] for variable in variables if "SENDER_EMAIL" in variable]
    sends = list(statements(template, "ses:SendEmail"))

    assert len(sends) == len(senders) == 4
    for statement in sends:
        assert len(statement["Resource"]) == 2
        assert {statement["Condition"]["StringEquals"]["ses:FromAddress"]} == set(senders)
        assert statement["Condition"].keys() == {"StringEquals"}


def test_functions_that_send_have_the_name_of_the_sender_and_the_address_for_replies(
    full: Template,
) -> None:
    variables = [function["Environment"]["Variables"] for function in full.functions().values()]
    sending = [variable for variable in variables if "SENDER_EMAIL" in variable]

    assert sending
    for one in sending:
        assert (one["SENDER_NAME"], one["REPLY_TO_EMAIL"]) == (
            *("Käfer & Söhne", "help@shop.internal"),
        )


def test_orders_start_through_the_alias_only(template: Template) -> None:
    starts = list(statements(template, "states:StartExecution"))

    assert len(starts) == 3
    for statement in starts:
        assert statement["Condition"] == {
            "ForAnyValue:StringEquals": {"states:StateMachineQualifier": "live"}
        }
