"""The group `orders admin`."""

import typer

from cli.arguments import Group
from cli.commands.admin.catalogue import catalogue
from cli.commands.admin.customers import customer
from cli.commands.admin.stock import stock
from cli.commands.admin.users import user

admin = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="""Manage products, stock, customers and users (operators).

    `stock`, `catalogue` and `customer` call the order API as an operator. `user` calls Amazon
    Cognito with your AWS credentials: the API cannot create users or give roles.
    """,
)
admin.add_typer(stock, name="stock")
admin.add_typer(catalogue, name="catalogue")
admin.add_typer(customer, name="customer")
admin.add_typer(user, name="user")
