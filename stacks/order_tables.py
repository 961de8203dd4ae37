"""The four tables: orders (with its indexes), inventory, customers, payments."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from stacks.deployment_settings import DeploymentSettings
from stacks.grants import Resource
from stacks.removal import data_removal_policy

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
            "open-orders": self._index("open"),
            "orders-by-age": self._index("by_age"),
            "orders-by-stage": self._index("by_stage"),
            "orders-by-customer": self._index("by_customer"),
            "orders-by-customer-and-stage": self._index("by_customer_stage"),
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
        """Indexes hold keys only: a write to an order that changes none of them costs nothing here.
        `version` never changes; it is there for the drain report.
        """
        self._add_index("open", "open_shard", dynamodb.Attribute(name="next_check_at", type=_N))
        order_id = dynamodb.Attribute(name="order_id", type=_S)
        self._add_index("by_age", "list_shard", order_id)
        self._add_index("by_stage", "stage_key", order_id, included=["version"])
        self._add_index("by_customer", "customer_id", order_id)
        self._add_index("by_customer_stage", "customer_stage", order_id)

    def _add_index(
        self,
        name: str,
        key: str,
        sort_key: dynamodb.Attribute,
        included: list[str] | None = None,
    ) -> None:
        kinds = dynamodb.ProjectionType
        self.orders.add_global_secondary_index(
            index_name=name,
            partition_key=dynamodb.Attribute(name=key, type=_S),
            sort_key=sort_key,
            projection_type=kinds.INCLUDE if included else kinds.KEYS_ONLY,
            non_key_attributes=included,
        )

    def _index(self, name: str) -> Resource:
        return Resource(arn=f"{self.orders.table_arn}/index/{name}")


def _resource(table: dynamodb.TableV2, variable: str) -> Resource:
    return Resource(arn=table.table_arn, variable=variable, value=table.table_name)
