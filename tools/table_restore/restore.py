"""Copies of the tables at a point in time, and their exchange with the present tables."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.table_restore.comparison import Comparison, Record, compare, restored_items

TABLES = ("orders", "inventory", "customers", "payments")


class RestoreRefused(Exception):
    """Functions or executions are active, so the tables may still be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRestore:
    """`database` is DynamoDB's resource of boto3, `tables` has the physical names by `TABLES`.
    `active` returns the names of the writers that are not stopped, `now` epoch milliseconds.
    """

    database: Any
    tables: dict[str, str]
    at: datetime
    active: Callable[[], list[str]]
    now: Callable[[], int]

    def copy(self) -> None:
        """Restore each table to its copy. May be repeated: existing copies stay."""
        client = self.database.meta.client
        existing = {table.name for table in self.database.tables.all()}
        for name in TABLES:
            if self._copy_of(name) not in existing:
                client.restore_table_to_point_in_time(
                    SourceTableName=self.tables[name],
                    TargetTableName=self._copy_of(name),
                    RestoreDateTime=self.at,
                )
        for name in TABLES:
            client.get_waiter("table_exists").wait(TableName=self._copy_of(name))

    def compare(self) -> Comparison:
        """What the exchange would change."""
        return compare(
            list(self._read(self.tables["orders"])),
            list(self._read(self._copy_of("orders"))),
            list(self._read(self._copy_of("inventory"))),
        )

    def replace(self) -> None:
        """Exchange the items of the present tables. May be repeated after an error, and only while
        nothing else writes. Raises RestoreRefused while a writer is active.
        """
        if active := self.active():
            raise RestoreRefused(f"stop what writes to the tables first: {', '.join(active)}")
        for name in TABLES:
            present = list(self._read(self.tables[name]))
            restored: Iterable[Record] = self._read(self._copy_of(name))
            if name == "orders":
                restored = restored_items(present, list(restored), self.now())
            self._exchange(self.tables[name], present, list(restored))

    def _exchange(self, name: str, present: list[Record], restored: list[Record]) -> None:
        table = self.database.Table(name)
        names = [key["AttributeName"] for key in table.key_schema]
        kept = {tuple(item[one] for one in names) for item in restored}
        with table.batch_writer() as batch:
            for item in present:
                if tuple(item[one] for one in names) not in kept:
                    batch.delete_item(Key={one: item[one] for one in names})
            for item in restored:
                batch.put_item(Item=item)

    def _copy_of(self, name: str) -> str:
        return f"{self.tables[name]}-{self.at:%Y%m%dT%H%M%S}"

    def _read(self, name: str) -> Iterator[Record]:
        table = self.database.Table(name)
        start: dict[str, Any] = {}
        while True:
            page = table.scan(ConsistentRead=True, **start)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
