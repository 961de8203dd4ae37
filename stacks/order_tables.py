"""The four tables, with the indexes of orders and inventory."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from stacks.security.grants import Resource
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.removal import data_removal_policy

_S, _N = dynamodb.AttributeType.STRING, dynamodb.AttributeType.NUMBER


class OrderTables(Construct):
    """On-demand, recoverable to any second of the last 35 days, protected outside dev."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: DeploymentSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.orders = self._table(
            "Orders",
            "pk",
            sort_key="sk",
            ttl="expires_at",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        self.inventory = self._table("Inventory", "sku")
        self.customers = self._table("Customers", "customer_id")
        self.payments = self._table("Payments", "payment_key")
        self._add_indexes()

    @property
    def resources(self) -> dict[str, Resource]:
        """The tables and indexes under the names that grants use."""
        return {
            "orders": _resource(self.orders, "ORDERS_TABLE"),
            "inventory": _resource(self.inventory, "INVENTORY_TABLE"),
            "stock-shards": _resource(self.inventory, "INVENTORY_TABLE"),
            "customers": _resource(self.customers, "CUSTOMERS_TABLE"),
            "payments": _resource(self.payments, "PAYMENTS_TABLE"),
            "open-orders": _index(self.orders, "open"),
            "orders-by-age": _index(self.orders, "by_age"),
            "orders-by-stage": _index(self.orders, "by_stage"),
            "orders-by-customer": _index(self.orders, "by_customer"),
            "orders-by-customer-and-stage": _index(self.orders, "by_customer_stage"),
            "listed-products": _index(self.inventory, "listed"),
        }

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {
            "OrdersTable": self.orders.table_name,
            "InventoryTable": self.inventory.table_name,
            "CustomersTable": self.customers.table_name,
            "PaymentsTable": self.payments.table_name,
        }

    def _table(
        self,
        name: str,
        key: str,
        *,
        sort_key: str | None = None,
        ttl: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
    ) -> dynamodb.TableV2:
        return dynamodb.TableV2(
            self,
            name,
            partition_key=dynamodb.Attribute(name=key, type=_S),
            sort_key=dynamodb.Attribute(name=sort_key, type=_S) if sort_key else None,
            billing=dynamodb.Billing.on_demand(),
            time_to_live_attribute=ttl,
            dynamo_stream=stream,
            # AWS-managed: its use is in CloudTrail, and it cannot be deleted. The setting
            # `encryption` replaces it with a key of the customer.
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self._settings.keeps_data,
            removal_policy=data_removal_policy(self._settings),
        )

    def _add_indexes(self) -> None:
        """Indexes hold keys only: a write that changes none of them costs nothing here. `version`
        never changes; it is there for the drain report. Moves of units change no key of `listed`.
        """
        check_at = dynamodb.Attribute(name="next_check_at", type=_N)
        order_id = dynamodb.Attribute(name="order_id", type=_S)
        _add_index(self.orders, "open", "open_shard", check_at)
        _add_index(self.orders, "by_age", "list_shard", order_id)
        _add_index(self.orders, "by_stage", "stage_key", order_id, included=["version"])
        _add_index(self.orders, "by_customer", "customer_id", order_id)
        _add_index(self.orders, "by_customer_stage", "customer_stage", order_id)
        _add_index(self.inventory, "listed", "listed", dynamodb.Attribute(name="sku", type=_S))


def _add_index(
    table: dynamodb.TableV2,
    name: str,
    key: str,
    sort_key: dynamodb.Attribute,
    included: list[str] | None = None,
) -> None:
    kinds = dynamodb.ProjectionType
    table.add_global_secondary_index(
        index_name=name,
        partition_key=dynamodb.Attribute(name=key, type=_S),
        sort_key=sort_key,
        projection_type=kinds.INCLUDE if included else kinds.KEYS_ONLY,
        non_key_attributes=included,
    )


def _index(table: dynamodb.TableV2, name: str) -> Resource:
    return Resource(arn=f"{table.table_arn}/index/{name}")


def _resource(table: dynamodb.TableV2, variable: str) -> Resource:
    return Resource(arn=table.table_arn, variable=variable, value=table.table_name)
