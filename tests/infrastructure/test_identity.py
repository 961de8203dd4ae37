from stacks.api.identity import COMMAND_LINE
from tests.infrastructure.template import Template, text

ROLES = {"customer", "approver", "operator"}


def test_sign_up_is_closed_and_passwords_are_strong(template: Template) -> None:
    pool = template.only("Cognito::UserPool")["Properties"]
    policy = pool["Policies"]["PasswordPolicy"]

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert policy["MinimumLength"] >= 14
    assert all(
        policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols")
    )
    assert "AliasAttributes" not in pool, "the username is the customer id"
    assert "UsernameAttributes" not in pool
    assert pool["UserPoolTier"] == "LITE", "the plan that its sign-in page needs"


def test_roles_are_groups_for_people_and_scopes_for_machines(template: Template) -> None:
    groups = {group["GroupName"] for group in template.properties("Cognito::UserPoolGroup")}
    server = template.only("Cognito::UserPoolResourceServer")["Properties"]

    assert groups == ROLES
    assert server["Identifier"] == "orders"
    assert {scope["ScopeName"] for scope in server["Scopes"]} == ROLES


def test_every_address_of_the_console_is_a_redirect_uri(dev: Template, full: Template) -> None:
    """The API serves the console under its own address even if `console_url` is set."""
    for template, more in ((dev, []), (full, ["https://orders.shop.internal/console"])):
        client = template.only("Cognito::UserPoolClient")["Properties"]
        urls = [text(url) for url in client["LogoutURLs"]]
        assert urls == [*more, "<ApiHttpApi>/console"]
        assert [text(url) for url in client["CallbackURLs"]] == [*urls, COMMAND_LINE]


def test_the_client_of_people_has_no_secret_no_role_and_only_the_flows_in_use(
    template: Template,
) -> None:
    client = template.only("Cognito::UserPoolClient")["Properties"]

    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthScopes"] == ["openid"]  # a scope would be a role
    assert client["AllowedOAuthFlows"] == ["code"]
    assert set(client["ExplicitAuthFlows"]) == {
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    }
    assert client["PreventUserExistenceErrors"] == "ENABLED"
